/**
 * The query image beside an ideal Parquet file and a native table at rest.
 *
 *   npx tsx bench/image.ts [rows]
 *
 * Prints how fast an import reaches SQL, how long changes take to be seen under 500 upserts a second, and how long
 * queries take meanwhile, as ratios to the same query on one sorted Parquet file.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { entityItem, openShop } from '../test/sql/testShop.js'

const ROWS = Number(process.argv[2] ?? 200_000)
const UPSERTS_A_SECOND = 500
const ROUNDS = 15

const QUERIES: Readonly<Record<string, string>> = {
  average: 'SELECT avg(score) FROM "user"',
  group: 'SELECT age, count(*), avg(score) FROM "user" GROUP BY age ORDER BY 2 DESC LIMIT 10',
  range: `SELECT count(*) FROM "user" WHERE createdAt >= TIMESTAMP '2024-03-01 00:00:00' AND createdAt < TIMESTAMP '2024-03-08 00:00:00'`,
  like: `SELECT count(*) FROM "user" WHERE name LIKE '%99%'`,
  top: 'SELECT id, score FROM "user" ORDER BY score DESC LIMIT 20',
}

const folder = await mkdtemp(join(tmpdir(), 'ocg-bench-'))
let shop = await openShop(folder)
try {
  await shop.sql.waitUntilReady(60_000)
  await importRows()
  const file = await publishIdealFile()
  // What follows is measured without the import.
  await shop.close()
  shop = await openShop(folder)
  await shop.sql.waitUntilReady(60_000)
  const ideal = await timeQueries(await fileRunner(file))
  const quiet = await timeQueries(imageRunner)
  const stop = upsert()
  await sleep(2000)
  const busy = await timeQueries(imageRunner)
  const written = await stop()
  print('query', 'Parquet ms', 'image at rest', `image under ${written} upserts/s`)
  for (const name of Object.keys(QUERIES)) {
    const base = ideal[name] as number
    const ratio = (times: Record<string, number>) => `${((times[name] as number) / base).toFixed(2)} x`
    print(name, base.toFixed(1), ratio(quiet), ratio(busy))
  }
  const { p50, p99 } = shop.sql.stats().freshness
  print('write to visible in SQL', `p50 ${p50?.toFixed(0)} ms`, `p99 ${p99?.toFixed(0)} ms`)
} finally {
  await shop.close()
  await rm(folder, { recursive: true, force: true })
}

async function importRows(): Promise<void> {
  const started = performance.now()
  const size = 2000
  for (let from = 0; from < ROWS; from += size) {
    const count = Math.min(size, ROWS - from)
    await shop.store.table.createBulk(Array.from({ length: count }, (_, index) => user(from + index, 0)))
  }
  const stored = performance.now() - started
  await shop.sql.waitUntilFresh(600_000)
  const visible = performance.now() - started
  const perSecond = (ms: number) => `${Math.round((ROWS / ms) * 1000)} rows/s`
  print(`import of ${ROWS} rows`, `stored ${perSecond(stored)}`, `visible in SQL ${perSecond(visible)}`)
}

function user(index: number, round: number) {
  return entityItem('user', `user-${index}`, {
    name: `name ${(index * 7919) % 100_003} of ${index}`,
    age: (index * 31 + round) % 97,
    score: ((index * 7919 + round) % 1_000_003) / 10,
    active: index % 3 === 0,
    createdAt: new Date(Date.UTC(2024, 0, 1) + Math.floor((index / ROWS) * 366 * 86_400_000)).toISOString(),
  })
}

/** Upserts random rows until the returned function is called, which tells how many a second there were. */
function upsert(): () => Promise<number> {
  let running = true
  let count = 0
  const started = performance.now()
  const work = (async () => {
    while (running) {
      const due = Math.floor(((performance.now() - started) / 1000) * UPSERTS_A_SECOND) - count
      await Promise.all(
        Array.from({ length: due }, () => {
          count += 1
          const item = user(Math.floor(Math.random() * ROWS), count)
          return shop.store.table.write({ kind: 'put', item })
        }),
      )
      await sleep(5)
    }
  })()
  return async () => {
    running = false
    await work
    return Math.round(count / ((performance.now() - started) / 1000))
  }
}

type Runner = (sql: string) => Promise<unknown>

async function imageRunner(sql: string): Promise<unknown> {
  return shop.sql.query(sql, { timeoutMs: 60_000, maxRows: 1000 })
}

async function publishIdealFile(): Promise<string> {
  const out = join(folder, 'lake')
  await shop.sql.exportParquet(out)
  const file = join(folder, 'ideal.parquet')
  const engine = await (await DuckDBInstance.create()).connect()
  await engine.run(
    `COPY (SELECT * FROM read_parquet('${out}/tables/user/**/*.parquet', hive_partitioning = false) ORDER BY createdAt)
     TO '${file}' (FORMAT parquet, COMPRESSION snappy)`,
  )
  engine.closeSync()
  return file
}

async function fileRunner(file: string): Promise<Runner> {
  const engine = await (await DuckDBInstance.create()).connect()
  await engine.run(`CREATE VIEW "user" AS SELECT * FROM read_parquet('${file}')`)
  return (sql) => engine.runAndReadAll(sql)
}

/** Median of each query, in milliseconds. */
async function timeQueries(run: Runner): Promise<Record<string, number>> {
  const medians: Record<string, number> = {}
  for (const [name, sql] of Object.entries(QUERIES)) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now()
      await run(sql)
      times.push(performance.now() - started)
    }
    medians[name] = times.sort((a, b) => a - b)[ROUNDS >> 1] as number
  }
  return medians
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padEnd(26)).join('')}\n`)
}
