import { readFileSync } from 'node:fs'
import { duckdbType, quoteIdentifier, quoteString } from '../../src/adapters/embedded/dialect/ddl.js'
import type { LakeColumn, LakeTable } from '../../src/model/lakeSchema.js'
import type { Engine } from './engine.js'

type Row = Readonly<Record<string, string | number>>

const DATA = new URL('../../examples/music-shop/data/', import.meta.url)

/** Types of columns that are not texts, in all tables alike. */
const TYPES: Readonly<Record<string, 'int' | 'double' | 'timestamp'>> = {
  milliseconds: 'int',
  bytes: 'int',
  quantity: 'int',
  unitPrice: 'double',
  total: 'double',
  birthDate: 'timestamp',
  hireDate: 'timestamp',
  invoiceDate: 'timestamp',
  createdAt: 'timestamp',
}

/** The tables of the music shop as its data files have them, for both engines. */
export const MUSIC_SHOP: readonly LakeTable[] = [
  'album',
  'artist',
  'customer',
  'employee',
  'genre',
  'invoice',
  'invoiceline',
  'mediatype',
  'playlist',
  'playlist_track',
  'track',
].map((name) => ({
  name,
  kind: name === 'playlist_track' ? 'joinTable' : 'entity',
  idColumn: name === 'playlist_track' ? 'relationId' : 'id',
  columns: columnsOf(name),
  partitionColumns: [],
}))

/** Rows of a table; timestamps are `2021-01-31 10:00:00.000`, absent values null, in the order of the columns. */
export function musicShopRows(table: LakeTable): (string | number | null)[][] {
  return readRows(table.name).map((row) =>
    table.columns.map(({ name, type }) => {
      const value = row[name] ?? null
      return type.kind === 'timestamp' && value !== null
        ? String(value).replace('T', ' ').replace('Z', '')
        : value
    }),
  )
}

/** Creates and fills the tables in the engine of the embedded host. */
export async function fillMusicShop(engine: Engine): Promise<void> {
  for (const table of MUSIC_SHOP) {
    const columns = table.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${duckdbType(type)}`)
    await engine.connection.run(`CREATE TABLE ${quoteIdentifier(table.name)} (${columns.join(', ')})`)
    const rows = musicShopRows(table).map((row) => `(${row.map(literal).join(', ')})`)
    for (let at = 0; at < rows.length; at += 1000) {
      await engine.connection.run(
        `INSERT INTO ${quoteIdentifier(table.name)} VALUES ${rows.slice(at, at + 1000).join(', ')}`,
      )
    }
  }
}

function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : quoteString(value)
}

function columnsOf(table: string): LakeColumn[] {
  const names = new Set(readRows(table).flatMap((row) => Object.keys(row)))
  return [...names].map((name) => ({ name, type: { kind: TYPES[name] ?? 'string' } }))
}

function readRows(table: string): Row[] {
  const text = readFileSync(new URL(`${table}.jsonl`, DATA), 'utf8').trimEnd()
  return text.split('\n').map((line) => JSON.parse(line) as Row)
}
