import type { Entity, Field, JoinTable, Project, ScalarName, TypeRef } from './types.js'

/** Type of a lake column, the same on every engine. Timestamps are UTC with milliseconds. */
export type LakeType =
  | { readonly kind: 'string' | 'int' | 'bigint' | 'double' | 'boolean' | 'timestamp' | 'date' }
  | { readonly kind: 'array'; readonly item: LakeType }
  | { readonly kind: 'struct'; readonly fields: readonly LakeColumn[] }

export interface LakeColumn {
  readonly name: string
  readonly type: LakeType
}

/** A table as statements see it: stored columns first, then what the system derives. */
export interface LakeTable {
  /** Lake name. */
  readonly name: string
  readonly kind: 'entity' | 'joinTable'
  /** Name of the column that identifies a row: `id` or `relationId`. */
  readonly idColumn: 'id' | 'relationId'
  /** Columns that are stored, in order. */
  readonly columns: readonly LakeColumn[]
  /** Those of `year`, `month`, `day` (strings, of `createdAt` in UTC) that no field of this name hides. */
  readonly partitionColumns: readonly ('year' | 'month' | 'day')[]
}

const SCALAR_TYPES: Record<ScalarName, Exclude<LakeType['kind'], 'array' | 'struct'>> = {
  ID: 'string',
  String: 'string',
  Int: 'int',
  Float: 'double',
  Boolean: 'boolean',
  AWSDateTime: 'timestamp',
  AWSDate: 'date',
  AWSTime: 'string',
  AWSTimestamp: 'bigint',
  AWSEmail: 'string',
  AWSJSON: 'string',
  AWSURL: 'string',
  AWSPhone: 'string',
  AWSIPAddress: 'string',
}

const STRING: LakeType = { kind: 'string' }
const TIMESTAMP: LakeType = { kind: 'timestamp' }

type Types = Pick<Project, 'valueTypes'>

/** The lake's type of a GraphQL type. Column types come from the schema, never from values. */
export function lakeType(type: TypeRef, types: Types): LakeType {
  switch (type.kind) {
    case 'scalar':
      return { kind: SCALAR_TYPES[type.name] }
    case 'enum':
      return STRING
    case 'list':
      return { kind: 'array', item: lakeType(type.item, types) }
    case 'value': {
      const value = types.valueTypes.find((one) => one.name === type.name)
      if (!value) throw new Error(`invariant: the model has no value type ${type.name}`)
      return { kind: 'struct', fields: value.fields.map((field) => fieldColumn(field, types)) }
    }
    case 'response':
      throw new Error(`invariant: response type ${type.name} is not stored`)
  }
}

/** Every table that statements may read, in the model's order: entities, then join tables. */
export function lakeTables(project: Pick<Project, 'entities' | 'joinTables' | 'valueTypes'>): LakeTable[] {
  return [
    ...project.entities.map((entity) => entityTable(entity, project)),
    ...project.joinTables.map((table) => relationTable(table, project)),
  ]
}

function entityTable(entity: Entity, types: Types): LakeTable {
  const columns = entity.fields.map((field) => fieldColumn(field, types))
  return {
    name: entity.table,
    kind: 'entity',
    idColumn: 'id',
    columns,
    partitionColumns: freePartitions(columns),
  }
}

function relationTable(table: JoinTable, types: Types): LakeTable {
  const declared = table.columns.map((column): LakeColumn => {
    return { name: column.name, type: column.kind === 'entity' ? STRING : lakeType(column.type, types) }
  })
  const columns = [
    ...declared,
    { name: 'relationId', type: STRING },
    { name: 'createdAt', type: TIMESTAMP },
    { name: 's3Key', type: STRING },
  ]
  return {
    name: table.table,
    kind: 'joinTable',
    idColumn: 'relationId',
    columns,
    partitionColumns: freePartitions(columns),
  }
}

function fieldColumn(field: Field, types: Types): LakeColumn {
  return { name: field.name, type: lakeType(field.type, types) }
}

function freePartitions(columns: readonly LakeColumn[]): ('year' | 'month' | 'day')[] {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()))
  return (['year', 'month', 'day'] as const).filter((name) => !taken.has(name))
}
