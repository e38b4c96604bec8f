import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBackend } from '../../../src/index.js'
import { type BatchRow, batchRowMaker } from '../../../src/lake/batchRow.js'
import type { Json, JsonObject } from '../../../src/model/json.js'
import { type LakeTable, lakeTables } from '../../../src/model/lakeSchema.js'
import type { Project } from '../../../src/model/types.js'
import type { Item, PageStart } from '../../../src/ports/itemTable.js'
import { EXTRA_STATEMENTS, EXTRA_TYPES } from './shopStatements.js'

const EXAMPLE = new URL('../../../examples/music-shop/', import.meta.url)

/** Entities first: a relation needs them. */
const TABLES = [
  'artist',
  'album',
  'genre',
  'mediatype',
  'track',
  'employee',
  'customer',
  'invoice',
  'invoiceline',
  'playlist',
  'playlist_track',
]

/** The example has neither tags nor moods. */
const TAGGED = [
  { id: 'calm', name: 'Calm', mood: 'CALM', tags: ['soft', 'slow'] },
  { id: 'none', name: 'Calm too', mood: 'CALM', tags: [] },
]

/** The music shop on the embedded host, with all its rows and some statements more. */
export interface EmbeddedShop {
  readonly project: Project
  readonly tables: readonly LakeTable[]
  /** What the lake has of each table, by lake name. */
  readonly rows: ReadonlyMap<string, readonly BatchRow[]>
  /** Rows of a bound statement on the embedded engine. */
  query(sql: string): Promise<readonly (readonly Json[])[]>
  /** Publishes the Parquet lake; answers its folder. */
  publish(): Promise<string>
  close(): Promise<void>
}

export async function openEmbeddedShop(): Promise<EmbeddedShop> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-lake-shop-'))
  const example = await readFile(new URL('schema.graphql', EXAMPLE), 'utf8')
  const schema = `${example.replace('type Query {', `type Query {${EXTRA_STATEMENTS}`)}${EXTRA_TYPES}`
  const backend = await openBackend({ schema, data: folder, name: 'shop', lake: { publishSeconds: 0 } })
  const { project, store, sql } = backend.host
  await backend.importRows('playlist', TAGGED)
  for (const table of TABLES) {
    const text = await readFile(new URL(`data/${table}.jsonl`, EXAMPLE), 'utf8')
    const all = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject)
    const result = await backend.importRows(table, all)
    if (result.failed > 0) throw new Error(`The import of ${table} failed: ${JSON.stringify(result)}`)
  }
  if (!(await sql.waitUntilFresh(120_000))) throw new Error('SQL did not follow the import.')
  const tables = lakeTables(project)
  const items = await scan(store.table)
  const rows = tables.map((table): [string, BatchRow[]] => {
    const make = batchRowMaker(table)
    return [table.name, items.filter(({ entityType }) => entityType === table.name).map(make)]
  })
  return {
    project,
    tables,
    rows: new Map(rows),
    query: async (text) => (await sql.query(text, { timeoutMs: 60_000, maxRows: 100_000 })).rows,
    async publish() {
      await sql.publish({ fresh: true })
      return join(folder, 'lake')
    },
    async close() {
      await backend.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function scan(table: {
  scan(query: { prefix: string; limit: number; start?: PageStart }): Promise<{
    readonly items: readonly Item[]
    readonly next?: PageStart
  }>
}): Promise<Item[]> {
  const items: Item[] = []
  let start: PageStart | undefined
  do {
    const page = await table.scan({ prefix: '', limit: 1000, ...(start && { start }) })
    items.push(...page.items)
    start = page.next
  } while (start)
  return items.filter(({ PK, SK }) => !PK.startsWith('joinRelation#') && SK !== undefined)
}
