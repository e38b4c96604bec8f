import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { openStore } from '../src/adapters/embedded/store/openStore.js'
import { runImport } from '../src/cli/import/runImport.js'
import { compileSchema } from '../src/compiler/compile.js'
import { openHost } from '../src/host/openHost.js'
import { entityItem } from '../src/runtime/items/entityItem.js'

/**
 * Rows a second of `ocg import` into the table, and until SQL shows them, beside the store alone, which is the limit.
 *
 * npx tsx bench/import.ts [rows, default 200,000]
 */
const rows = Number(process.argv[2] ?? 200_000)

const SCHEMA = `
type Track {
  id: ID!
  name: String!
  albumId: ID!
  genreId: ID!
  mediaTypeId: ID!
  composer: String
  milliseconds: Int!
  bytes: Int!
  unitPrice: Float!
}`

const compiled = await compileSchema([{ file: 'schema.graphql', text: SCHEMA }], { project: 'bench' })
if (!compiled.ok) throw new Error('The schema of the benchmark has mistakes.')
const { project } = compiled
const entity = project.entities[0]
if (!entity) throw new Error('The schema of the benchmark has no entity.')

const folder = await mkdtemp(join(tmpdir(), 'ocg-bench-'))
try {
  const files = { jsonl: join(folder, 'track.jsonl'), csv: join(folder, 'track.csv') }
  await writeRows(files)
  const limit = await storeAlone(join(folder, 'alone'))
  report('store alone (the limit)', limit, limit)
  for (const format of ['jsonl', 'csv'] as const) {
    const result = await importInto(join(folder, `data-${format}`), files[format], format)
    report(`import of ${format} into the table`, result.table, limit)
    report(`import of ${format} until SQL shows it`, result.sql, limit)
  }
} finally {
  await rm(folder, { recursive: true })
}

function row(index: number) {
  return {
    id: String(index),
    name: `For Those About To Rock ${index % 5000}`,
    albumId: String(index % 347),
    genreId: String(index % 25),
    mediaTypeId: String(index % 5),
    composer: 'Angus Young, Malcolm Young, Brian Johnson',
    milliseconds: 100_000 + (index % 400_000),
    bytes: 11_170_334,
    unitPrice: 0.99,
  }
}

async function writeRows(paths: { readonly jsonl: string; readonly csv: string }): Promise<void> {
  const jsonl = createWriteStream(paths.jsonl)
  const csv = createWriteStream(paths.csv)
  csv.write(`${Object.keys(row(0)).join(',')}\n`)
  for (let index = 0; index < rows; index += 1) {
    const values = row(index)
    jsonl.write(`${JSON.stringify(values)}\n`)
    csv.write(
      `${Object.values(values)
        .map((value) => (String(value).includes(',') ? `"${value}"` : value))
        .join(',')}\n`,
    )
    if (index % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([finished(jsonl.end()), finished(csv.end())])
}

async function storeAlone(data: string): Promise<number> {
  const store = await openStore(data)
  const createdAt = new Date().toISOString()
  let seconds = 0
  for (let from = 0; from < rows; from += 2000) {
    const items = Array.from({ length: Math.min(2000, rows - from) }, (_, index) => {
      const { id, ...fields } = row(from + index)
      if (!entity) throw new Error('unreachable')
      return entityItem(entity, fields, {
        id,
        createdAt,
        updatedAt: createdAt,
        rev: 1,
        incarnation: `i${id}`,
      })
    })
    const start = performance.now()
    await store.table.createBulk(items)
    seconds += (performance.now() - start) / 1000
  }
  await store.close()
  return rows / seconds
}

async function importInto(
  data: string,
  path: string,
  format: 'jsonl' | 'csv',
): Promise<{ table: number; sql: number }> {
  const host = await openHost({ project, folder: data })
  await host.sql.waitUntilReady(60_000)
  const start = performance.now()
  const context = { ...host.context, table: host.store.table }
  const result = await runImport(context, { path, table: 'track', format, bytes: undefined }, {})
  const table = rows / ((performance.now() - start) / 1000)
  if (result.created !== rows) throw new Error(`Only ${result.created} of ${rows} rows were created.`)
  if (!(await host.sql.waitUntilFresh(600_000))) throw new Error('SQL does not show the rows.')
  const sql = rows / ((performance.now() - start) / 1000)
  const counted = await host.sql.query('SELECT count(*) FROM track', { timeoutMs: 60_000, maxRows: 1 })
  if (String(counted.rows[0]?.[0]) !== String(rows))
    throw new Error(`SQL counts ${String(counted.rows[0]?.[0])} rows.`)
  await host.close()
  return { table, sql }
}

function report(name: string, perSecond: number, limit: number): void {
  const ratio = (perSecond / limit).toFixed(2)
  process.stdout.write(
    `${name.padEnd(40)}${Math.round(perSecond).toLocaleString('en-US').padStart(9)} rows/s  ${ratio}\n`,
  )
}
