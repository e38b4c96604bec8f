/**
 * The query image while it is rewritten and verified.
 *
 *   npx tsx bench/rewrite.ts [rows]
 *
 * Prints the image's size against its ideal size before and after, how long a rewriting and a verification take, and
 * how long a statement takes meanwhile beside one on the image at rest.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { entityItem, openShop } from '../test/sql/testShop.js'

const ROWS = Number(process.argv[2] ?? 200_000)
const ITEMS_A_WRITE = 2000
const QUIET_QUERIES = 100
const QUERY = 'SELECT age, count(*), avg(score) FROM "user" GROUP BY age ORDER BY 2 DESC LIMIT 10'

const folder = await mkdtemp(join(tmpdir(), 'ocg-bench-'))
const shop = await openShop(folder)
try {
  for (let from = 0; from < ROWS; from += ITEMS_A_WRITE) {
    const count = Math.min(ITEMS_A_WRITE, ROWS - from)
    await shop.store.table.createBulk(Array.from({ length: count }, (_, index) => user(from + index)))
  }
  await shop.sql.waitUntilFresh(600_000)
  const before = await shop.sql.describeImage()
  print('image', `${megabytes(before.bytes)} MB`, `ideal ${megabytes(before.idealBytes)} MB`)
  const quiet: number[] = []
  for (let round = 0; round < QUIET_QUERIES; round++) {
    quiet.push(await timeQuery())
    await sleep(10)
  }
  print('statement at rest', ...times(quiet))
  await measure('rewriting', () => shop.sql.rewriteImage())
  const after = await shop.sql.describeImage()
  print('image', `${megabytes(after.bytes)} MB`, `ideal ${megabytes(after.idealBytes)} MB`)
  await measure('verification', () => shop.sql.verify())
} finally {
  await shop.close()
  await rm(folder, { recursive: true, force: true })
}

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const during: number[] = []
  let running = true
  const asking = (async () => {
    while (running) {
      during.push(await timeQuery())
      await sleep(10)
    }
  })()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  running = false
  await asking
  print(name, `${seconds.toFixed(1)} s`, `${Math.round(ROWS / seconds)} rows/s`)
  print('statement meanwhile', ...times(during))
}

async function timeQuery(): Promise<number> {
  const started = performance.now()
  await shop.sql.query(QUERY, { timeoutMs: 60_000, maxRows: 100 })
  return performance.now() - started
}

function user(index: number) {
  return entityItem('user', `user-${index}`, {
    name: `name ${(index * 7919) % 100_003} of ${index}`,
    age: (index * 31) % 97,
    score: ((index * 7919) % 1_000_003) / 10,
    active: index % 3 === 0,
    createdAt: new Date(Date.UTC(2024, 0, 1) + Math.floor((index / ROWS) * 366 * 86_400_000)).toISOString(),
  })
}

function times(milliseconds: readonly number[]): string[] {
  const sorted = [...milliseconds].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  return [`p50 ${at(0.5).toFixed(1)} ms`, `p99 ${at(0.99).toFixed(1)} ms`, `of ${sorted.length}`]
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padEnd(24)).join('')}\n`)
}
