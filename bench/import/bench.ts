import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { buildPackage } from '../frame/builtPackage.js'
import type { Bench, Measure } from '../frame/measure.js'
import { start } from '../frame/processes.js'
import { rounds } from '../frame/rounds.js'
import { ratiosOf, spreadOf } from '../frame/spread.js'
import { writeLines } from '../frame/writeLines.js'
import { playRow, playsSchema } from '../start/schemas.js'

const LEAST = 50_000
const BATCH = 2000

export const bench: Bench = {
  number: 4,
  name: 'import',
  title: 'Import with ocg import, until table and lake have every row',
  ratio: 'ours ÷ peer',
  async run({ quick, tell }) {
    const rows = quick ? 50_000 : 500_000
    const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-import-'))
    try {
      const ocg = (await buildPackage()).at('cli/main.js')
      writeFileSync(join(folder, 'schema.graphql'), playsSchema())
      await writeLines(join(folder, 'play.jsonl'), rows, playRow)
      await writeCsv(join(folder, 'play.csv'), rows)
      tell(`${rows.toLocaleString('en-US')} rows`)
      const rates = await rounds(quick ? 2 : 5, {
        jsonl: () => importFile(ocg, folder, 'play.jsonl', rows),
        csv: () => importFile(ocg, folder, 'play.csv', rows),
        lmdb: () => storeBytes(join(folder, 'raw'), rows),
      })
      const peer = { name: 'LMDB, ready bytes', value: spreadOf(rates.lmdb) }
      const measures = (['jsonl', 'csv'] as const).map((format): Measure => {
        const ours = spreadOf(rates[format])
        return {
          ...{ group: 'import', name: format === 'csv' ? 'CSV' : 'JSON lines', unit: 'rows/s', ours, peer },
          ratio: ratiosOf(rates[format], rates.lmdb),
          aim: { text: `at least ${LEAST.toLocaleString('en-US')} rows/s`, met: ours.median >= LEAST },
        }
      })
      return {
        measures,
        notes: [
          'The whole command, from its start to its end. The peer has no keys to check, no index, no feed, no lake.',
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Rows a second of the whole command, into a new folder. */
async function importFile(ocg: string, folder: string, file: string, rows: number): Promise<number> {
  rmSync(join(folder, 'data'), { recursive: true, force: true })
  const began = performance.now()
  const args = [ocg, 'import', '-n', 'bench', '--data', 'data', file, '--json']
  const { child, output } = start(process.execPath, args, { cwd: folder })
  await new Promise((resolve) => child.once('exit', resolve))
  const took = performance.now() - began
  if (!output.stdout.includes(`"created":${rows}`))
    throw new Error(`The import failed: ${output.stdout}${output.stderr}`)
  return (rows / took) * 1000
}

/** Rows a second of the store beneath, when it is given bytes of the same lengths in the same batches. */
async function storeBytes(path: string, rows: number): Promise<number> {
  rmSync(path, { recursive: true, force: true })
  const root = open({ path, overlappingSync: false, eventTurnBatching: false, mapSize: 2 ** 34 })
  const section = root.openDB<Buffer, Buffer>('items', { keyEncoding: 'binary', encoding: 'binary' })
  const texts = Array.from({ length: BATCH }, (_, index) => Buffer.from(JSON.stringify(playRow(index))))
  const began = performance.now()
  for (let from = 0; from < rows; from += BATCH) {
    await root.transaction(() => {
      for (let at = 0; at < BATCH; at++)
        section.put(Buffer.from(`play#${playRow(from + at).id}`), texts[at] as Buffer)
    })
  }
  const took = performance.now() - began
  await root.close()
  return (rows / took) * 1000
}

async function writeCsv(file: string, rows: number): Promise<void> {
  const head = Object.keys(playRow(0)).join(',')
  const lines = Array.from({ length: rows }, (_, index) => Object.values(playRow(index)).join(','))
  writeFileSync(file, `${head}\n${lines.join('\n')}\n`)
}
