import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Measure } from '../frame/measure.js'
import { exactly, percentile, spreadOf } from '../frame/spread.js'
import { importPlays } from './importPlays.js'
import { type Host, openLake } from './openLake.js'
import { writeLoad } from './writeLoad.js'

const AIM_MS = 500
const RATES = [100, 1000]

export const bench: Bench = {
  number: 3,
  name: 'freshness',
  title: 'Freshness: from the acknowledgement of a write to SQL that shows it',
  ratio: 'ours ÷ peer',
  async run({ quick, tell }) {
    const rows = quick ? 20_000 : 1_000_000
    const seconds = quick ? 4 : 30
    const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-freshness-'))
    try {
      tell(`importing ${rows.toLocaleString('en-US')} rows`)
      await importPlays(folder, 0, rows)
      const host = await openLake(join(folder, 'data'))
      const measures: Measure[] = []
      for (const rate of RATES) {
        tell(`${rate} writes a second`)
        measures.push(...(await measure(host, rows, rate, seconds)))
      }
      await host.close()
      const notes = [
        `A lake of ${rows.toLocaleString('en-US')} rows. Four of five writes are updates of rows of any age.`,
        'What a statement shows is fresher than this: it waits for the writes that were acknowledged before it.',
      ]
      return { measures, notes }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function measure(host: Host, rows: number, rate: number, seconds: number): Promise<Measure[]> {
  const waiting: { readonly head: number; readonly at: number }[] = []
  const lags: number[] = []
  let isOn = true
  const stop = host.store.feed.onCommit((head) => void waiting.push({ head, at: performance.now() }))
  host.observe({
    taskFinished: () => undefined,
    imageApplied() {
      const now = performance.now()
      const applied = host.sql.applied()
      while (isOn && waiting[0] && waiting[0].head <= applied) lags.push(now - (waiting.shift()?.at ?? now))
    },
  })
  const load = writeLoad(host, rows, rate)
  await sleep(1000)
  lags.length = 0
  const statements: number[] = []
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    await sleep(200)
    statements.push(await readOwnWrite(host))
  }
  const reached = await load.stop()
  await host.sql.waitUntilFresh(60_000)
  isOn = false
  stop()
  const sorted = lags.toSorted((a, b) => a - b)
  const p99 = exactly(percentile(sorted, 0.99))
  const group = `${rate.toLocaleString('en-US')} writes a second`
  return [
    { group, name: 'writes reached', unit: 'a second', ours: exactly(reached) },
    { group, name: 'freshness, median', unit: 'ms', ours: exactly(percentile(sorted, 0.5)) },
    {
      group,
      name: 'freshness, 99th percentile',
      unit: 'ms',
      ours: p99,
      ...(rate === RATES.at(-1) && {
        aim: { text: `at most ${AIM_MS} ms`, met: p99.median <= AIM_MS && reached > rate * 0.95 },
      }),
    },
    { group, name: 'freshness, worst', unit: 'ms', ours: exactly(sorted.at(-1) ?? 0) },
    { group, name: 'a statement that needs the write before it', unit: 'ms', ours: spreadOf(statements) },
  ]
}

let probes = 0

/** Writes a row and asks SQL for it at once. Throws when the answer is not what was written. */
async function readOwnWrite(host: Host): Promise<number> {
  const id = `probe-${process.pid}-${probes++}`
  const create = host.project.operations.find(({ kind }) => kind === 'create')
  if (!create) throw new Error('There is no operation to create.')
  const input = { id, listener: 'l', track: 't', country: 'XX', seconds: probes }
  await host.runtime.execute(create, { input })
  const start = performance.now()
  const sql = `SELECT seconds FROM play WHERE id = '${id}'`
  const { rows } = await host.sql.query(sql, { timeoutMs: 30_000, maxRows: 10 })
  if (Number(rows[0]?.[0]) !== probes) throw new Error(`SQL does not show ${id}.`)
  return performance.now() - start
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
