import { type ParquetParsers, parquetReadObjects } from 'hyparquet'
import { BATCH_COLUMNS } from '../model/lakeLayout.js'
import type { LakeTable, LakeType } from '../model/lakeSchema.js'
import type { BatchRow } from './batchRow.js'
import type { ParquetValue } from './parquetSchema.js'

/**
 * Rows of a file that `batchFileMaker` made, maybe for an earlier form of the table: columns that it lacks are null,
 * those that the table has no longer are left out, and numbers take a wider type. Throws for bytes that are no such file.
 */
export async function readBatchFile(table: LakeTable, bytes: Uint8Array): Promise<BatchRow[]> {
  const { buffer, byteOffset, byteLength } = bytes
  // The reader wants a buffer of its own, and most are.
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength
  const file = (isWhole ? buffer : bytes.slice().buffer) as ArrayBuffer
  const found = (await parquetReadObjects({ file, parsers: RAW })) as readonly Readonly<
    Record<string, unknown>
  >[]
  return found.map((one): BatchRow => {
    const row = {
      id: String(one[table.idColumn]),
      createdAt: Number(one.createdAt),
      incarnation: String(one[BATCH_COLUMNS.incarnation]),
      rev: Number(one[BATCH_COLUMNS.rev]),
    }
    if (one[BATCH_COLUMNS.deleted] === true) return row
    return { ...row, values: table.columns.map(({ name, type }) => physicalValue(type, own(one, name))) }
  })
}

/** Keeps physical values, as they are written again. */
const RAW = {
  timestampFromMilliseconds: (millis: bigint) => millis,
  dateFromDays: (days: number) => days,
} as unknown as ParquetParsers

function physicalValue(type: LakeType, value: unknown): ParquetValue {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'bigint':
    case 'timestamp':
      return BigInt(value as bigint | number)
    case 'int':
    case 'double':
    case 'date':
      return Number(value)
    case 'array':
      return (value as readonly unknown[]).map((one) => physicalValue(type.item, one))
    case 'struct': {
      const fields = value as Readonly<Record<string, unknown>>
      return Object.fromEntries(
        type.fields.map(({ name, type: of }) => [name, physicalValue(of, own(fields, name))]),
      )
    }
    default:
      return value as ParquetValue
  }
}

/** A column may be called like something that every object has. */
function own(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
