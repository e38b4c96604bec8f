import type { SchemaElement } from 'hyparquet-writer'
import type { LakeColumn, LakeType } from '../model/lakeSchema.js'
import type { ValueForms } from './itemValues.js'

/** A value in the physical type of its column, or what lists and structs of such are. */
export type ParquetValue = string | number | boolean | bigint | null | readonly unknown[] | object

/** As the writer wants them, in the physical types of `PHYSICAL`. */
export const PARQUET_FORMS: ValueForms<ParquetValue> = {
  bigint: (value) => BigInt(value),
  timestamp: (millis) => BigInt(millis),
  date: (days) => days,
  array: (items) => items,
  struct: (fields) => fields,
}

/** Schema of a file with these columns. Everything may be null. */
export function parquetSchema(columns: readonly LakeColumn[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => elementsOf(column))]
}

/** Timestamps have no zone, as Athena reads them, and hold UTC. */
const TIMESTAMP = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' },
} as const

const PHYSICAL: Readonly<Record<Exclude<LakeType['kind'], 'array' | 'struct'>, Omit<SchemaElement, 'name'>>> =
  {
    string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
    int: { type: 'INT32' },
    bigint: { type: 'INT64' },
    double: { type: 'DOUBLE' },
    boolean: { type: 'BOOLEAN' },
    timestamp: TIMESTAMP,
    date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  }

/** A column's part of the schema, parents before their children. */
function elementsOf({ name, type }: LakeColumn): SchemaElement[] {
  const own = { name, repetition_type: 'OPTIONAL' } as const
  switch (type.kind) {
    case 'array':
      return [
        { ...own, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf({ name: 'element', type: type.item }),
      ]
    case 'struct':
      return [
        { ...own, num_children: type.fields.length },
        ...type.fields.flatMap((field) => elementsOf(field)),
      ]
    default:
      return [{ ...own, ...PHYSICAL[type.kind] }]
  }
}
