import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildPackage } from '../frame/builtPackage.js'
import type { Bench, Measure } from '../frame/measure.js'
import { rounds, timed } from '../frame/rounds.js'
import { exactly, ratiosOf, spreadOf } from '../frame/spread.js'
import { writeLines } from '../frame/writeLines.js'
import { playRow } from '../start/schemas.js'
import { type Duckdb, startDuckdb } from './duckdb.js'
import { importPlays } from './importPlays.js'
import { type Host, openLake } from './openLake.js'

const LEAST_TIMES_ROWS = 500
const MOST_SIZE = 0.1
const MOST_READ = 0.02
const LEAST_TIMES_JSON = 50

export const bench: Bench = {
  number: 2,
  name: 'layouts',
  title: 'The lake beside other layouts of the same rows',
  ratio: 'see each line',
  async run({ quick, tell }) {
    const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-layouts-'))
    try {
      const small = quick ? 2000 : 20_000
      const large = quick ? 50_000 : 1_000_000
      await importPlays(folder, 0, small)
      const host = await openLake(join(folder, 'data'))
      tell(`${small.toLocaleString('en-US')} files of one row`)
      const rows = await againstRowFiles(host, folder, small, quick ? 2 : 3)
      await host.close()
      tell(`${large.toLocaleString('en-US')} rows of JSON`)
      await importPlays(folder, small, large)
      const grown = await openLake(join(folder, 'data'))
      const lines = await againstLines(grown, folder, large, quick ? 3 : 9)
      await grown.close()
      return {
        measures: [...rows, ...lines],
        notes: [
          "Bytes read of the lake are those of the first run's read calls (rchar), from the disk or from the system's memory; JSON lines are read whole. Both are read by the same DuckDB.",
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const COUNT = 'SELECT count(*), avg(seconds) FROM play'

async function againstRowFiles(host: Host, folder: string, rows: number, count: number): Promise<Measure[]> {
  const out = join(folder, 'rows')
  await writeRowFiles(host, out)
  const duckdb = await startDuckdb([
    `CREATE VIEW play AS SELECT * FROM read_parquet('${out}/tables/play/**/*.parquet', hive_partitioning = false)`,
  ])
  const times = await rounds(count, {
    ours: () => timed(() => host.sql.query(COUNT, { timeoutMs: 60_000, maxRows: 10 })),
    files: () => duckdb.query(COUNT).then(({ ms }) => ms),
  })
  await duckdb.close()
  rmSync(out, { recursive: true })
  const ratio = ratiosOf(times.files, times.ours)
  return [
    {
      group: `${rows.toLocaleString('en-US')} rows beside a file a row`,
      name: 'count and average; times faster',
      unit: 'ms',
      ours: spreadOf(times.ours),
      peer: { name: 'a file a row', value: spreadOf(times.files) },
      ratio,
      aim: { text: `at least ${LEAST_TIMES_ROWS} times faster`, met: ratio.median >= LEAST_TIMES_ROWS },
    },
  ]
}

/** Every row as the layout `rows` keeps it. */
async function writeRowFiles(host: Host, out: string): Promise<void> {
  const built = await buildPackage()
  const [{ rowFileMaker }, { lakeTables }] = (await Promise.all([
    import(built.at('lake/rowFile.js')),
    import(built.at('model/lakeSchema.js')),
  ])) as [typeof import('../../src/lake/rowFile.js'), typeof import('../../src/model/lakeSchema.js')]
  const table = lakeTables(host.project).find(({ name }) => name === 'play')
  if (!table) throw new Error('The lake has no table of plays.')
  const fileOf = rowFileMaker(table)
  let after: { PK: string; SK: string } | undefined
  for (;;) {
    const items = host.store.table.readPage({ prefix: 'play#', limit: 500, ...(after && { after }) })
    for (const item of items) {
      const { path, body } = fileOf(item)
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), body)
    }
    const last = items.at(-1)
    if (!last) return
    after = { PK: last.PK, SK: last.SK }
  }
}

const MONTH = { year: '2024', month: '01' }
const TWO_COLUMNS = 'SELECT country, sum(price) FROM play WHERE'

async function againstLines(host: Host, folder: string, rows: number, count: number): Promise<Measure[]> {
  await host.sql.waitUntilFresh(60_000)
  await host.sql.publish()
  const lake = join(folder, 'data', 'lake', 'tables')
  const json = join(folder, 'lines.jsonl')
  await writeLines(json, rows, (index) => ({ ...playRow(index), updatedAt: playRow(index).createdAt }))
  const published = await startDuckdb([
    `CREATE VIEW play AS SELECT * FROM read_parquet('${lake}/play/**/*.parquet', hive_partitioning = true, hive_types = {'year': VARCHAR, 'month': VARCHAR, 'day': VARCHAR})`,
  ])
  const lines = await startDuckdb([
    `CREATE VIEW play AS SELECT * FROM read_json('${json}', format = 'newline_delimited')`,
  ])
  let readOfLake = 0
  const run = async (engine: Duckdb, where: string) => {
    const { ms, bytesRead } = await engine.query(`${TWO_COLUMNS} ${where} GROUP BY country ORDER BY country`)
    // The first run reads it all; later ones find some of it in the engine's own cache.
    if (engine === published) readOfLake = Math.max(readOfLake, bytesRead)
    return ms
  }
  const times = await rounds(count, {
    lake: () => run(published, `year = '${MONTH.year}' AND month = '${MONTH.month}'`),
    json: () => run(lines, `createdAt >= TIMESTAMP '2024-01-01' AND createdAt < TIMESTAMP '2024-02-01'`),
  })
  await published.close()
  await lines.close()
  const group = `${rows.toLocaleString('en-US')} rows, published, beside JSON lines`
  const peer = (value: ReturnType<typeof exactly>) => ({ name: 'JSON lines', value })
  const [own, other] = [folderMb(join(lake, 'play')), statSync(json).size / 1e6]
  const share = (part: number, whole: number) => exactly(part / whole)
  const [size, bytes] = [share(own, other), share(readOfLake, statSync(json).size)]
  const faster = ratiosOf(times.json, times.lake)
  return [
    {
      ...{
        group,
        name: 'size; ours ÷ peer',
        unit: 'MB',
        ours: exactly(own),
        peer: peer(exactly(other)),
        ratio: size,
      },
      aim: { text: `at most ${MOST_SIZE}`, met: size.median <= MOST_SIZE },
    },
    {
      ...{ group, name: 'read for two columns of a month; ours ÷ peer', unit: 'MB' },
      ours: exactly(readOfLake / 1e6),
      peer: peer(exactly(other)),
      ratio: bytes,
      aim: { text: `at most ${MOST_READ}`, met: bytes.median <= MOST_READ },
    },
    {
      ...{ group, name: 'two columns of a month; times faster', unit: 'ms' },
      ours: spreadOf(times.lake),
      peer: peer(spreadOf(times.json)),
      ratio: faster,
      aim: { text: `at least ${LEAST_TIMES_JSON} times faster`, met: faster.median >= LEAST_TIMES_JSON },
    },
  ]
}

function folderMb(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6
}
