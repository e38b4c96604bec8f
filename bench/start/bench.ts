import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../frame/builtPackage.js'
import type { Bench, Measure } from '../frame/measure.js'
import { type Started, start } from '../frame/processes.js'
import { rounds, timed } from '../frame/rounds.js'
import { type Spread, spreadOf } from '../frame/spread.js'
import { writeLines } from '../frame/writeLines.js'
import { largeSchema, playRow, playsSchema } from './schemas.js'

const TYPES = 1000

export const bench: Bench = {
  number: 7,
  name: 'start',
  title: 'Start-up, reload and compilation, as commands',
  ratio: 'ours ÷ peer',
  async run({ quick, tell }) {
    const rows = quick ? 20_000 : 1_000_000
    const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-start-'))
    try {
      const ocg = (await buildPackage()).at('cli/main.js')
      const place = new Place(ocg, folder)
      tell(`importing ${rows.toLocaleString('en-US')} rows`)
      await place.fill(rows)
      tell('start-up')
      const count = quick ? 3 : 9
      const starts = await rounds(count, {
        node: () => timed(() => run(start(process.execPath, ['-e', '0']))),
        empty: () => place.startDev('empty'),
        full: () => place.startDev('full'),
        compile: () => timed(() => place.compile()),
      })
      tell('reload')
      const reloads = await place.reloads(quick ? 3 : 9)
      const bare = { name: 'node alone', value: spreadOf(starts.node) }
      const measures: Measure[] = [
        line('start', 'ocg dev on an empty folder', starts.empty, 1000, bare),
        line('start', `ocg dev on ${rows.toLocaleString('en-US')} rows`, starts.full, 2000, bare),
        line('reload', 'a statement more', reloads.statement, 300),
        line('reload', `a field more for ${rows.toLocaleString('en-US')} rows`, reloads.field, 300),
        line('compile', `ocg validate of ${TYPES.toLocaleString('en-US')} types`, starts.compile, 2000, bare),
      ]
      return { measures, notes: ['Times are from the start of the process, or from the saving of the file.'] }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function line(
  group: string,
  name: string,
  values: readonly number[],
  limitMs: number,
  peer?: { readonly name: string; readonly value: Spread },
): Measure {
  const ours = spreadOf(values)
  const aim = { text: `at most ${limitMs.toLocaleString('en-US')} ms`, met: ours.median <= limitMs }
  return { group, name, unit: 'ms', ours, ...(peer && { peer }), aim }
}

/** A folder with a schema, and data folders `empty` and `full`. */
class Place {
  readonly #ocg: string
  readonly #folder: string

  constructor(ocg: string, folder: string) {
    this.#ocg = ocg
    this.#folder = folder
    this.#write('schema.graphql', playsSchema())
    this.#write('large.graphql', largeSchema(TYPES))
  }

  async fill(rows: number): Promise<void> {
    await writeLines(join(this.#folder, 'play.jsonl'), rows, playRow)
    await run(this.#command('import', '-n', 'bench', '--data', 'full', 'play.jsonl'))
  }

  /** Milliseconds until the API answers. */
  async startDev(data: string): Promise<number> {
    if (data === 'empty') rmSync(join(this.#folder, data), { recursive: true, force: true })
    const began = performance.now()
    const dev = await this.#dev(data)
    const took = performance.now() - began
    await dev.stop()
    return took
  }

  async compile(): Promise<void> {
    await run(this.#command('validate', '-n', 'bench', '-f', 'large.graphql'))
  }

  /** Milliseconds from the saving of a change to the new API, on the full folder. */
  async reloads(count: number): Promise<{ readonly statement: number[]; readonly field: number[] }> {
    const dev = await this.#dev('full')
    const times = { statement: [] as number[], field: [] as number[] }
    for (let round = 0; round < count; round++) {
      times.statement.push(await this.#save(dev, playsSchema({ statements: [`more${round}`] })))
      times.field.push(
        await this.#save(dev, playsSchema({ statements: [`more${round}`], extra: `field${round}: Int` })),
      )
    }
    await dev.stop()
    return times
  }

  async #save(dev: Started, schema: string): Promise<number> {
    dev.output.stderr = ''
    const began = performance.now()
    this.#write('schema.graphql', schema)
    await dev.waitFor(/"event":"reloaded"/)
    return performance.now() - began
  }

  async #dev(data: string): Promise<Started> {
    const dev = this.#command('dev', '-n', 'bench', '--data', data, '--port', '0')
    await dev.waitFor(/"event":"ready"/)
    return dev
  }

  #command(...args: readonly string[]): Started {
    return start(process.execPath, [this.#ocg, ...args, '--json'], { cwd: this.#folder })
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text)
  }
}

/** Waits for a command's end; throws when it failed. */
async function run(started: Started): Promise<void> {
  const { child, output } = started
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))
  if (code !== 0) throw new Error(`A command failed: ${output.stderr.slice(-2000)}`)
}
