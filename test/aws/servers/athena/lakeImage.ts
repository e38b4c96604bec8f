import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { parquetReadObjects } from 'hyparquet'
import { duckdbType, quoteIdentifier } from '../../../../src/adapters/embedded/dialect/ddl.js'
import { ENGINE_SETTINGS } from '../../../../src/adapters/embedded/dialect/gate.js'
import { MACROS } from '../../../../src/adapters/embedded/dialect/macros.js'
import type { LakeTable, LakeType } from '../../../../src/model/lakeSchema.js'
import { AthenaFailedError } from './athenaFailedError.js'
import { openObjectReader } from './objectReader.js'

/** The rows of the lake's objects in memory, brought up to date table by table when a statement asks for them. */
export interface LakeImage {
  readonly instance: DuckDBInstance
  /** Lists the objects of a table and reads those that are new or changed. Answers the keys of all. */
  refresh(table: LakeTable): Promise<readonly string[]>
  close(): void
}

export interface LakeImageOptions {
  readonly s3: S3Client
  readonly bucket: string
  readonly tables: readonly LakeTable[]
  /** Called between the listing of objects and the reading of their bytes. */
  readonly onListed?: (table: string) => Promise<void>
}

const READS_AT_ONCE = 32

export async function openLakeImage(options: LakeImageOptions): Promise<LakeImage> {
  const { s3, bucket, tables, onListed } = options
  const objects = await openObjectReader(s3, bucket)
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const writer = await instance.connect()
  for (const statement of MACROS) await writer.run(statement)
  await writer.run('CREATE SCHEMA stored')
  for (const table of tables) await createTable(writer, table)
  for (const statement of ENGINE_SETTINGS) await writer.run(statement)

  const known = new Map(tables.map(({ name }) => [name, new Map<string, string>()]))
  let last: Promise<unknown> = Promise.resolve()

  async function refresh(table: LakeTable): Promise<readonly string[]> {
    const etags = known.get(table.name) as Map<string, string>
    const found = await list(`tables/${table.name}/`)
    await onListed?.(table.name)
    const gone = [...etags.keys()].filter((key) => !found.has(key))
    const changed = [...found].filter(([key, { etag }]) => etags.get(key) !== etag)
    const rows: (readonly [key: string, row: Readonly<Record<string, unknown>>])[] = []
    for (let at = 0; at < changed.length; at += READS_AT_ONCE) {
      const some = changed.slice(at, at + READS_AT_ONCE)
      const read = await Promise.all(
        some.map(async ([key, { etag, size }]) => {
          return (await readRows(key, etag, size)).map((row) => [key, row] as const)
        }),
      )
      rows.push(...read.flat())
    }
    // Athena reads every object after it has listed them, also one whose rows are known here.
    const present = found.size === 0 ? found : await list(`tables/${table.name}/`)
    for (const [key, { etag, size }] of found) {
      if (!present.has(key)) throw vanished(bucket, key, size)
      if (present.get(key)?.etag !== etag) throw replaced(bucket, key, size)
    }
    if (gone.length + changed.length > 0) {
      await apply(writer, table, [...gone, ...changed.map(([key]) => key)], rows)
      for (const key of gone) etags.delete(key)
      for (const [key, { etag }] of changed) etags.set(key, etag)
    }
    return [...found.keys()]
  }

  async function list(prefix: string): Promise<Map<string, { etag: string; size: number }>> {
    const found = new Map<string, { etag: string; size: number }>()
    let token: string | undefined
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token && { ContinuationToken: token }),
        }),
      )
      for (const { Key = '', ETag = '', Size = 0 } of page.Contents ?? []) {
        // Names that begin with a dot or an underscore are hidden from Athena.
        if (!/\/[._][^/]*$/.test(Key)) found.set(Key, { etag: ETag, size: Size })
      }
      token = page.NextContinuationToken
    } while (token)
    return found
  }

  async function readRows(key: string, etag: string, size: number): Promise<Record<string, unknown>[]> {
    const object = await objects.read(key)
    if (!object) throw vanished(bucket, key, size)
    if (object.etag !== etag) throw replaced(bucket, key, size)
    return parquetReadObjects({ file: object.bytes })
  }

  return {
    instance,
    // One at a time: there is one writer.
    refresh(table) {
      const result = last.then(() => refresh(table))
      last = result.catch(() => undefined)
      return result
    },
    close() {
      objects.close()
      writer.closeSync()
      instance.closeSync()
    },
  }
}

function vanished(bucket: string, key: string, size: number): AthenaFailedError {
  return new AthenaFailedError(
    `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://${bucket}/${key} (offset=0, length=${size}): The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; Request ID: TX000000; S3 Extended Request ID: none; Proxy: null)`,
    { category: 2, type: 1307 },
  )
}

function replaced(bucket: string, key: string, size: number): AthenaFailedError {
  return new AthenaFailedError(
    `HIVE_CURSOR_ERROR: Failed to read Parquet file: s3://${bucket}/${key} (offset=0, length=${size}): At least one of the pre-conditions you specified did not hold (Service: Amazon S3; Status Code: 412; Error Code: PreconditionFailed; Request ID: TX000000; S3 Extended Request ID: none; Proxy: null)`,
    { category: 2, type: 1307 },
  )
}

/** Columns of the stored form: the table's, its partitions as the path has them, and the object's key. */
function columnsOf(table: LakeTable): readonly { readonly name: string; readonly type: LakeType }[] {
  const text: LakeType = { kind: 'string' }
  return [
    ...table.columns,
    ...['', 'year', 'month', 'day'].map((name) => ({ name: `$path${name}`, type: text })),
  ]
}

async function createTable(writer: DuckDBConnection, table: LakeTable): Promise<void> {
  const columns = columnsOf(table).map(({ name, type }) => `${quoteIdentifier(name)} ${duckdbType(type)}`)
  await writer.run(`CREATE TABLE stored.${quoteIdentifier(table.name)} (${columns.join(', ')})`)
  const shown = [
    ...table.columns.map(({ name }) => quoteIdentifier(name)),
    ...table.partitionColumns.map((name) => `${quoteIdentifier(`$path${name}`)} AS ${quoteIdentifier(name)}`),
  ]
  await writer.run(
    `CREATE VIEW main.${quoteIdentifier(table.name)} AS SELECT ${shown.join(', ')} FROM stored.${quoteIdentifier(table.name)}`,
  )
}

async function apply(
  writer: DuckDBConnection,
  table: LakeTable,
  replaced: readonly string[],
  rows: readonly (readonly [key: string, row: Readonly<Record<string, unknown>>])[],
): Promise<void> {
  await writer.run('BEGIN')
  try {
    const keys = JSON.stringify(replaced)
    await writer.run(
      `DELETE FROM stored.${quoteIdentifier(table.name)} WHERE "$path" IN (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')))`,
      [keys],
    )
    const appender = await writer.createAppender(table.name, 'stored')
    for (const [key, row] of rows) {
      const [, year = '', month = '', day = ''] =
        /\/year=([^/]+)\/month=([^/]+)\/day=([^/]+)\//.exec(key) ?? []
      const values = [
        ...table.columns.map(({ name, type }) => duckdbValue(row[name], type)),
        key,
        year,
        month,
        day,
      ]
      values.forEach((value, at) => {
        if (value === null) appender.appendNull()
        else appender.appendValue(value, appender.columnType(at))
      })
      appender.endRow()
    }
    appender.closeSync()
    await writer.run('COMMIT')
  } catch (error) {
    await writer.run('ROLLBACK')
    throw error
  }
}

/** A value as the Parquet reader gives it, for DuckDB. */
function duckdbValue(value: unknown, type: LakeType): DuckDBValue {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'bigint':
      return BigInt(value as bigint)
    case 'timestamp':
      return new DuckDBTimestampValue(millisOf(value) * 1000n)
    case 'date':
      return new DuckDBDateValue(value instanceof Date ? value.getTime() / 86_400_000 : Number(value))
    case 'array':
      return new DuckDBListValue((value as readonly unknown[]).map((item) => duckdbValue(item, type.item)))
    case 'struct': {
      const parts = value as Readonly<Record<string, unknown>>
      return new DuckDBStructValue(
        Object.fromEntries(
          type.fields.map((field) => [field.name, duckdbValue(parts[field.name], field.type)]),
        ),
      )
    }
    default:
      return value as DuckDBValue
  }
}

function millisOf(value: unknown): bigint {
  return value instanceof Date ? BigInt(value.getTime()) : BigInt(value as bigint)
}
