/**
 * The numbered benchmarks. `npm run bench` runs all, `npm run bench -- 3 5` some, `-- --quick` a small run that shows
 * that they work, `-- 1 6 --most-rows 1000000` lakes that grow no further. A full run's result goes to `bench/results`, or to the folder after `--out`.
 */
import { parseArgs } from 'node:util'
import { describeMachine } from './frame/machine.js'
import type { Bench, BenchResult } from './frame/measure.js'
import { printResult } from './frame/print.js'
import { writeResult } from './frame/results.js'

const BENCHES: readonly (() => Promise<Bench>)[] = [
  async () => (await import('./lake/benches.js')).sqlBench,
  async () => (await import('./lake/layouts.js')).bench,
  async () => (await import('./lake/freshness.js')).bench,
  async () => (await import('./import/bench.js')).bench,
  async () => (await import('./api/bench.js')).bench,
  async () => (await import('./lake/benches.js')).growthBench,
  async () => (await import('./start/bench.js')).bench,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    'most-rows': { type: 'string' },
    out: { type: 'string' },
  },
})
const tell = (text: string) => void process.stderr.write(`${text}\n`)
const all = await Promise.all(BENCHES.map((load) => load()))
const wanted =
  positionals.length === 0 ? all : all.filter(({ number }) => positionals.includes(String(number)))
if (wanted.length === 0) {
  tell(
    `There is no such benchmark. There are:\n${all.map(({ number, title }) => `  ${number}  ${title}`).join('\n')}`,
  )
  process.exit(1)
}
for (const bench of wanted) {
  const machine = describeMachine()
  const [startedAt, start] = [new Date(), performance.now()]
  tell(`${bench.number}. ${bench.title} …`)
  const { measures, notes = [] } = await bench.run({
    quick: values.quick,
    ...(values['most-rows'] !== undefined && { mostRows: Number(values['most-rows']) }),
    tell: (text) => tell(`   ${text}`),
  })
  const { number, name, title, ratio } = bench
  const result: BenchResult = {
    ...{ number, name, title, ratio, measures, notes, quick: values.quick },
    startedAt: `${startedAt.toISOString().slice(0, 19)}Z`,
    seconds: Math.round((performance.now() - start) / 1000),
    machine,
  }
  process.stdout.write(printResult(result))
  if (!values.quick || values.out !== undefined) tell(`   ${writeResult(result, values.out)}`)
}
process.exit(0)
