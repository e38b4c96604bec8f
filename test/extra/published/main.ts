import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Backend, openBackend } from '../../../src/index.js'
import type { JsonObject } from '../../../src/model/json.js'
import { lakeTables } from '../../../src/model/lakeSchema.js'
import { pythonTools } from '../../aws/servers/pythonTools.js'
import { EVERY_TYPE, everyTypeRows } from './everyType.js'

/** The readers, at exact versions. */
const PACKAGES = ['pyarrow==26.0.1', 'duckdb==2.0.0'] as const

const SHOP = new URL('../../../examples/music-shop/', import.meta.url)

const folder = await mkdtemp(join(tmpdir(), 'ocg-published-'))
try {
  process.exitCode = await main()
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Publishes the music shop and a table of every type, changes some of it, publishes again, and has others read it. */
async function main(): Promise<number> {
  const schema = `${await readFile(new URL('schema.graphql', SHOP), 'utf8')}\n${EVERY_TYPE}`
  const backend = await openBackend({ schema, data: join(folder, 'data'), name: 'shop' })
  try {
    for (const { name } of lakeTables(backend.host.project)) {
      await importAll(backend, name, name === 'everytype' ? everyTypeRows() : await rowsOf(name))
    }
    await backend.host.sql.publish({ fresh: true })
    await changeSome(backend)
    const { files, bytes, written } = await backend.host.sql.publish({ fresh: true })
    process.stdout.write(`${files} files of ${bytes} bytes; ${written} of them written a second time\n`)
    await writeRows(backend)
  } finally {
    await backend.close()
  }
  const python = join(await pythonTools(PACKAGES), 'python')
  const script = fileURLToPath(new URL('compare.py', import.meta.url))
  const compare = (stdio: 'inherit' | 'pipe') =>
    spawnSync(python, [script, join(folder, 'data', 'lake')], { stdio, encoding: 'utf8' })
  if (compare('inherit').status !== 0) return 1
  await plantDifference()
  const { status, stdout } = compare('pipe')
  if (status === 1 && stdout.includes('smallest: text is')) return 0
  process.stdout.write(`A planted difference was not found:\n${stdout}`)
  return 1
}

/** A comparison that can't fail would show nothing. */
async function plantDifference(): Promise<void> {
  const file = join(folder, 'data', 'rows', 'everytype.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => JSON.parse(line) as JsonObject)
  const changed = lines.map((line) => (line.id === 'smallest' ? { ...line, text: 'planted' } : line))
  await writeFile(file, changed.map((line) => JSON.stringify(line)).join('\n'))
}

async function rowsOf(table: string): Promise<readonly JsonObject[]> {
  const text = await readFile(new URL(`data/${table}.jsonl`, SHOP), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as JsonObject)
}

async function importAll(backend: Backend, table: string, rows: readonly JsonObject[]): Promise<void> {
  const onError = (failure: unknown) => {
    throw new Error(`A row of ${table} was refused: ${JSON.stringify(failure)}`)
  }
  await backend.importRows(table, rows as never, { onError })
}

/** Updates, deletes with their cascades, and a day that loses all its rows. */
async function changeSome(backend: Backend): Promise<void> {
  const tracks = await ids(backend, 'Tracks', 200)
  for (const id of tracks.slice(0, 40)) {
    await succeed(backend, 'mutation ($id: ID!) { updateTrack(id: $id, input: { name: "änd€rt" }) { id } }', {
      id,
    })
  }
  for (const id of tracks.slice(40, 80)) {
    await succeed(backend, 'mutation ($id: ID!) { deleteTrack(id: $id) { deleted } }', { id })
  }
  await succeed(backend, 'mutation { deleteEveryType(id: "alone") { deleted } }')
  // Removed tracks take their relations with them.
  while (
    backend.host.store.stats().queueDepths.cascade > 0 ||
    backend.host.cascadePosition() < backend.host.store.feed.head()
  ) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function ids(backend: Backend, plural: string, limit: number): Promise<readonly string[]> {
  const data = await succeed(backend, `{ list${plural}(limit: ${limit}) { items { id } } }`)
  const { items } = data[`list${plural}`] as unknown as { readonly items: readonly { readonly id: string }[] }
  return items.map(({ id }) => id)
}

async function succeed(backend: Backend, query: string, variables: JsonObject = {}): Promise<JsonObject> {
  const { data, errors } = await backend.execute({ query, variables })
  if (errors || !data) throw new Error(JSON.stringify(errors))
  return data as JsonObject
}

/** What the table holds, as JSON lines, and the columns of the lake. */
async function writeRows({ host }: Backend): Promise<void> {
  const tables = lakeTables(host.project)
  const out = join(folder, 'data', 'rows')
  await mkdir(out, { recursive: true })
  await writeFile(join(folder, 'data', 'tables.json'), JSON.stringify(tables))
  for (const { name, kind } of tables) {
    const lines: string[] = []
    let start: Awaited<ReturnType<typeof host.store.table.scan>>['next']
    do {
      const prefix = kind === 'entity' ? `${name}#` : 'joinTableData#'
      const page = await host.store.table.scan({ prefix, limit: 1000, ...(start && { start }) })
      lines.push(...page.items.filter((item) => item.entityType === name).map((item) => JSON.stringify(item)))
      start = page.next
    } while (start)
    await writeFile(join(out, `${name}.jsonl`), lines.join('\n'))
  }
}
