import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Measure } from '../frame/measure.js'
import { rounds, timed } from '../frame/rounds.js'
import { exactly, percentile, ratiosOf, spreadOf } from '../frame/spread.js'
import { startDuckdb } from './duckdb.js'
import { type Host, openLake } from './openLake.js'
import { writeLoad } from './writeLoad.js'

/** Statements as Trino and DuckDB both read them. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  average: 'SELECT avg(seconds) FROM play',
  group: 'SELECT country, count(*), avg(price) FROM play GROUP BY country ORDER BY 2 DESC',
  week: "SELECT count(*), sum(price) FROM play WHERE createdAt >= TIMESTAMP '2024-01-03 00:00:00' AND createdAt < TIMESTAMP '2024-01-10 00:00:00'",
  like: "SELECT count(*) FROM play WHERE track LIKE '%99%'",
  top: 'SELECT id, seconds, price FROM play ORDER BY seconds DESC, id LIMIT 20',
  row: "SELECT * FROM play WHERE id = 'play-1234'",
}

const WRITES_A_SECOND = 500
const MOST_RATIO = 1.2
const MOST_MORE_MS = 3

/** Times of statements over a lake beside DuckDB on one sorted file of its rows, at rest and while it is written to. */
export async function measureAgainstFile(folder: string, rows: number, count: number): Promise<Measure[]> {
  const host = await openLake(join(folder, 'data'))
  try {
    const file = await idealFile(host, folder)
    const duckdb = await startDuckdb([`CREATE VIEW play AS SELECT * FROM read_parquet('${file}')`])
    const title = `${rows.toLocaleString('en-US')} rows`
    const idle = await statements(
      host,
      (sql) => duckdb.query(sql).then(({ ms }) => ms),
      `${title}, idle`,
      count,
    )
    const load = writeLoad(host, rows, WRITES_A_SECOND)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const busy = await statements(
      host,
      (sql) => duckdb.query(sql).then(({ ms }) => ms),
      `${title}, under ${WRITES_A_SECOND} writes a second`,
      count,
    )
    const reached = await load.stop()
    await duckdb.close()
    rmSync(file)
    const aim = { text: `at least ${WRITES_A_SECOND * 0.9}`, met: reached >= WRITES_A_SECOND * 0.9 }
    const writes = { name: 'writes reached meanwhile', unit: 'a second', ours: exactly(reached), aim }
    return [...idle, ...busy, { group: busy[0]?.group ?? title, ...writes }]
  } finally {
    await host.close()
  }
}

async function statements(
  host: Host,
  file: (sql: string) => Promise<number>,
  group: string,
  count: number,
): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const [name, sql] of Object.entries(STATEMENTS)) {
    const times = await rounds(count, {
      ours: () => timed(() => host.sql.query(sql, { timeoutMs: 60_000, maxRows: 1000 })),
      file: () => file(sql),
    })
    const [ours, peer] = [spreadOf(times.ours), spreadOf(times.file)]
    const met = within(ours.median, peer.median)
    measures.push({
      ...{ group, name, unit: 'ms', ours, peer: { name: 'one file', value: peer } },
      ratio: ratiosOf(times.ours, times.file),
      aim: { text: `at most ${MOST_RATIO} times or ${MOST_MORE_MS} ms more`, met },
    })
    const late = (values: readonly number[]) =>
      percentile(
        values.toSorted((a, b) => a - b),
        0.95,
      )
    if (!within(late(times.ours), late(times.file)) && met) {
      // The median would hide it.
      measures.push({
        ...{ group, name: `${name}, 95th percentile`, unit: 'ms', ours: spreadOf([late(times.ours)]) },
        peer: { name: 'one file', value: spreadOf([late(times.file)]) },
        aim: { text: 'the same', met: false },
      })
    }
  }
  return measures
}

function within(ours: number, peer: number): boolean {
  return ours <= Math.max(peer * MOST_RATIO, peer + MOST_MORE_MS)
}

/** The rows of the lake as one Parquet file in the order of their times. */
async function idealFile(host: Host, folder: string): Promise<string> {
  const out = join(folder, 'export')
  await host.sql.exportParquet(out)
  const file = join(folder, 'ideal.parquet')
  const maker = await startDuckdb([])
  await maker.query(
    `COPY (SELECT * FROM read_parquet('${out}/tables/play/**/*.parquet', hive_partitioning = false) ORDER BY createdAt)
     TO '${file}' (FORMAT parquet, COMPRESSION snappy)`,
  )
  await maker.close()
  rmSync(out, { recursive: true })
  return file
}
