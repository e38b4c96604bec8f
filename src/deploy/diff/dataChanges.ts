import { BATCH_COLUMNS, type LakeLayout } from '../../model/lakeLayout.js'
import { schemaOf } from './apiChanges.js'
import { columnChange } from './columnChange.js'
import { type DeploymentTemplates, resourcesOfType, valueText } from './template.js'
import { typeChanges } from './typeChanges.js'

/** What a new model means for data that is stored already. */
export interface DataChanges {
  /** Stored rows can contradict the new model, so `deploy` reads them first. Sentences. */
  readonly risky: readonly string[]
  /** Safe for all rows. Sentences. */
  readonly safe: readonly string[]
  /** The lake gets another layout: `deploy` wants to be told that this is meant. */
  readonly layout?: LayoutChange
}

export interface LayoutChange {
  readonly from: LakeLayout
  readonly to: LakeLayout
  /** What it means for statements, and what to do about it. */
  readonly means: string
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
  const retyped = compareTables(before.tables, after.tables, risky, safe)
  const layout = layoutChange(before.layout, after.layout)
  if (layout) risky.push(`The lake changes its layout from ${layout.from} to ${layout.to}. ${layout.means}`)
  else compareFiles(after.layout, retyped, risky)
  if (before.years && after.years) compareYears(before.years, after.years, risky, safe)
  risky.push(...typeChanges(schemaOf(before.sdl), schemaOf(after.sdl)))
  return { risky: [...new Set(risky)], safe: [...new Set(safe)], ...(layout && { layout }) }
}

/** Tables whose files have columns of other types than the new model. */
interface Retyped {
  /** Any difference. */
  readonly any: string[]
  /** More than that fields of structs came or went. */
  readonly unreadable: string[]
}

function compareTables(before: LakeColumns, after: LakeColumns, risky: string[], safe: string[]): Retyped {
  const retyped: Retyped = { any: [], unreadable: [] }
  for (const [table, columns] of Object.entries(before)) {
    const next = after[table]
    if (!next) {
      risky.push(leaving(table, before, after))
      continue
    }
    const isJoinTable = relates(columns)
    if (isJoinTable !== relates(next)) {
      const [was, is] = isJoinTable ? ['a join table', 'a type'] : ['a type', 'a join table']
      risky.push(`The table ${table} was ${was} and becomes ${is}. Its stored rows must be deleted first.`)
      continue
    }
    // What names an entity is a text in the lake, like any other.
    const mayNameEntity = (type: string | undefined) => isJoinTable && type === 'string'
    for (const [column, type] of Object.entries(columns)) {
      const nextType = next[column]
      if (nextType === undefined && mayNameEntity(type)) {
        risky.push(`${table}.${column} leaves the join table. ${IDENTITY}`)
      } else if (nextType === undefined) {
        safe.push(`${table}.${column} leaves the model. Stored values stay in the table and are not shown.`)
      } else if (nextType !== type) {
        const { alwaysFits, keepsFiles } = columnChange(type, nextType)
        const change = `${table}.${column} changes its type from ${type} to ${nextType}.`
        if (alwaysFits) safe.push(`${change} Every stored value fits.`)
        else risky.push(`${change} Stored values must fit.`)
        retyped.any.push(table)
        if (!keepsFiles) retyped.unreadable.push(table)
      }
    }
    for (const column of Object.keys(next)) {
      if (Object.hasOwn(columns, column)) continue
      if (mayNameEntity(next[column])) risky.push(`${table}.${column} is new in the join table. ${IDENTITY}`)
      else safe.push(`${table}.${column} is new. It is null in stored rows.`)
    }
  }
  for (const table of Object.keys(after)) {
    if (!Object.hasOwn(before, table)) safe.push(`The table ${table} is new.`)
  }
  return retyped
}

const IDENTITY = "If it names an entity, it can't come or go while relations are stored."

function relates(columns: LakeColumns[string]): boolean {
  return Object.hasOwn(columns, 'relationid') && Object.hasOwn(columns, 's3key')
}

/** A new table with the very same columns looks like the old one under another name. */
function leaving(table: string, before: LakeColumns, after: LakeColumns): string {
  const shape = (columns: LakeColumns[string] | undefined) =>
    JSON.stringify(Object.entries(columns ?? {}).sort())
  const heir = Object.keys(after).find(
    (one) => !Object.hasOwn(before, one) && shape(after[one]) === shape(before[table]),
  )
  if (heir === undefined) return `The table ${table} leaves the model. Its stored rows must be deleted first.`
  return (
    `The table ${table} leaves the model, and ${heir} has its columns: a table is not renamed where it is. ` +
    `Its stored rows must be deleted first; ocg export and ocg import take them along.`
  )
}

/** What another layout of the lake means; undefined when it stays as it is, or nobody knows what it was. */
export function layoutChange(
  from: LakeLayout | undefined,
  to: LakeLayout | undefined,
): LayoutChange | undefined {
  if (from === undefined || to === undefined || from === to) return undefined
  const means =
    to === 'batches'
      ? 'Statements see only what changes from then on, until it is made again: ocg lake rebuild --aws'
      : 'Statements see what changes from then on, and what an earlier time in that layout has left under tables/, removed rows included: no command makes layout rows again. Instead: ocg export, and ocg import into a project of another name.'
  return { from, to, means }
}

/** What new types of columns mean for the files that the lake has. */
function compareFiles(layout: LakeLayout | undefined, retyped: Retyped, risky: string[]): void {
  const names = (tables: readonly string[]) => [...new Set(tables)].join(', ')
  if (layout === undefined) return
  if (layout === 'batches' && retyped.any.length > 0) {
    risky.push(
      `The lake of ${names(retyped.any)} stands still until it is made again: ocg lake rebuild --aws`,
    )
  } else if (retyped.unreadable.length > 0) {
    risky.push(
      `The lake's objects of ${names(retyped.unreadable)} keep the former types, and statements that read them fail until ` +
        'each row has been updated once. Layout batches makes a lake again at once: ocg lake rebuild --aws',
    )
  }
}

function compareYears(before: Years, after: Years, risky: string[], safe: string[]): void {
  const change = `The years of the lake were ${before.join(' to ')} and become ${after.join(' to ')}.`
  if (after[0] > before[0] || after[1] < before[1]) {
    risky.push(`${change} Stored rows of other years stay in the table, and no statement sees them.`)
  } else if (after[0] < before[0] || after[1] > before[1]) safe.push(change)
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
