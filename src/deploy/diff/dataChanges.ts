import { type GraphQLSchema, isEnumType, isNonNullType, isObjectType } from 'graphql'
import { BATCH_COLUMNS, type LakeLayout } from '../../model/lakeLayout.js'
import { schemaOf } from './apiChanges.js'
import { type DeploymentTemplates, resourcesOfType, valueText } from './template.js'

/** What a new model means for data that is stored already. */
export interface DataChanges {
  /** Stored rows can contradict the new model, so `deploy` reads them first. Sentences. */
  readonly risky: readonly string[]
  /** Safe for all rows. Sentences. */
  readonly safe: readonly string[]
}

/** One version of a model, as a deployment shows it. */
export interface DataModel {
  readonly sdl: string
  /** Lake tables with their columns' types. */
  readonly tables: LakeColumns
  /** The years that the lake's partitions are projected for. Unknown without any table. */
  readonly years?: Years
  /** Unknown without any table. */
  readonly layout?: LakeLayout
}

/** From the first to the last. */
export type Years = readonly [number, number]

export type LakeColumns = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Compares two versions of a model. Nothing is said of the first one: there is no data yet. */
export function dataChanges(before: DataModel | undefined, after: DataModel): DataChanges {
  if (!before) return { risky: [], safe: [] }
  const risky: string[] = []
  const safe: string[] = []
  compareTables(before.tables, after.tables, risky, safe)
  if (before.layout && after.layout) compareLayouts(before.layout, after, risky)
  if (before.years && after.years) compareYears(before.years, after.years, risky, safe)
  compareTypes(schemaOf(before.sdl), schemaOf(after.sdl), risky)
  return { risky: [...new Set(risky)], safe: [...new Set(safe)] }
}

function compareTables(before: LakeColumns, after: LakeColumns, risky: string[], safe: string[]): void {
  for (const [table, columns] of Object.entries(before)) {
    const next = after[table]
    if (!next) {
      risky.push(`The table ${table} leaves the model. Its stored rows must be deleted first.`)
      continue
    }
    for (const [column, type] of Object.entries(columns)) {
      const nextType = next[column]
      if (nextType === undefined) {
        safe.push(`${table}.${column} leaves the model. Stored values stay in the table and are not shown.`)
      } else if (nextType !== type) {
        risky.push(`${table}.${column} changes its type from ${type} to ${nextType}. Stored values must fit.`)
      }
    }
    for (const column of Object.keys(next)) {
      if (!Object.hasOwn(columns, column)) safe.push(`${table}.${column} is new. It is null in stored rows.`)
    }
  }
  for (const table of Object.keys(after)) {
    if (!Object.hasOwn(before, table)) safe.push(`The table ${table} is new.`)
  }
}

function compareLayouts(before: LakeLayout, { layout, tables }: DataModel, risky: string[]): void {
  if (before !== layout) {
    risky.push(
      `The lake changes its layout from ${before} to ${layout}. Statements see only what changes from then on, until it is made again: ocg lake rebuild --aws`,
    )
  } else if (layout === 'batches' && risky.some((one) => one.includes(' changes its type from '))) {
    const changed = Object.keys(tables).filter((table) => risky.some((one) => one.startsWith(`${table}.`)))
    risky.push(
      `The lake of ${changed.join(', ')} stands still until it is made again: ocg lake rebuild --aws`,
    )
  }
}

function compareYears(before: Years, after: Years, risky: string[], safe: string[]): void {
  const change = `The years of the lake were ${before.join(' to ')} and become ${after.join(' to ')}.`
  if (after[0] > before[0] || after[1] < before[1]) {
    risky.push(`${change} Stored rows of other years stay in the table, and no statement sees them.`)
  } else if (after[0] < before[0] || after[1] > before[1]) safe.push(change)
}

/** What columns don't show: fields that become required, and values that an enum loses. */
function compareTypes(before: GraphQLSchema, after: GraphQLSchema, risky: string[]): void {
  for (const [name, type] of Object.entries(after.getTypeMap())) {
    const former = before.getType(name)
    if (isEnumType(type) && isEnumType(former)) {
      const values = new Set(type.getValues().map((value) => value.name))
      for (const { name: value } of former.getValues()) {
        if (!values.has(value)) risky.push(`${name} loses the value ${value}. No stored row may have it.`)
      }
    }
    if (!isObjectType(type) || !isObjectType(former) || !isStored(after, name)) continue
    const formerFields = former.getFields()
    for (const field of Object.values(type.getFields())) {
      const old = formerFields[field.name]
      if (!isNonNullType(field.type) || (old && isNonNullType(old.type))) continue
      const verb = old ? 'becomes required' : 'is new and required'
      risky.push(`${name}.${field.name} ${verb}. Every stored row must have a value.`)
    }
  }
}

/** Entities and value types are stored; results, pages and task answers are not. */
function isStored(schema: GraphQLSchema, name: string): boolean {
  return schema.getType(`Create${name}Input`) !== undefined || schema.getType(`${name}Input`) !== undefined
}

/** Lake tables of a deployment, from its Glue tables. */
export function lakeColumnsOf(templates: DeploymentTemplates): LakeColumns {
  const tables: Record<string, Record<string, string>> = {}
  for (const { resource } of resourcesOfType(templates, 'AWS::Glue::Table')) {
    const input = resource.Properties?.TableInput as unknown as GlueTableInput | undefined
    if (!input?.Name) continue
    const columns: Record<string, string> = {}
    for (const { Name, Type } of input.StorageDescriptor?.Columns ?? []) columns[Name] = Type
    const [, table] = BATCHES.exec(input.Name) ?? []
    if (table === undefined) tables[input.Name] ??= columns
    else {
      for (const name of Object.values(BATCH_COLUMNS)) delete columns[name]
      tables[table] = columns
    }
  }
  return tables
}

const BATCHES = /^__(.+)_batches$/

/** How the lake of a deployment is laid out. Undefined without any table. */
export function layoutOf(templates: DeploymentTemplates): LakeLayout | undefined {
  const names = resourcesOfType(templates, 'AWS::Glue::Table').map(({ resource }) => {
    return (resource.Properties?.TableInput as unknown as GlueTableInput | undefined)?.Name ?? ''
  })
  if (names.length === 0) return undefined
  return names.some((name) => BATCHES.test(name)) ? 'batches' : 'rows'
}

/** The years that a deployment's Glue tables project; all have the same. */
export function projectedYears(templates: DeploymentTemplates): Years | undefined {
  for (const { resource } of resourcesOfType(templates, 'AWS::Glue::Table')) {
    const { Parameters = {} } = (resource.Properties?.TableInput ?? {}) as unknown as GlueTableInput
    // A field called `year` gives the partition another name.
    const [, range] =
      Object.entries(Parameters).find(([name]) => /^projection\.(partition_)*year\.range$/.test(name)) ?? []
    const [first, last] = String(range).split(',').map(Number)
    if (first && last) return [first, last]
  }
  return undefined
}

interface GlueTableInput {
  readonly Name?: string
  readonly Parameters?: Readonly<Record<string, unknown>>
  readonly StorageDescriptor?: {
    readonly Columns?: readonly { readonly Name: string; readonly Type: string }[]
  }
}

/** The SDL of a deployment's API; undefined when its templates hold none as text. */
export function sdlOf(templates: DeploymentTemplates): string | undefined {
  const [schema] = resourcesOfType(templates, 'AWS::AppSync::GraphQLSchema')
  const definition = schema?.resource.Properties?.Definition
  return typeof definition === 'string' ? definition : undefined
}

/** Where the API's SDL lies when it is too large for a template: `s3://{bucket}/{key}` with placeholders. */
export function schemaLocationOf(templates: DeploymentTemplates): string | undefined {
  const [schema] = resourcesOfType(templates, 'AWS::AppSync::GraphQLSchema')
  const location = schema?.resource.Properties?.DefinitionS3Location
  return location === undefined ? undefined : valueText(location)
}
