import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../frame/builtPackage.js'
import type { Bench, Measure } from '../frame/measure.js'
import { type Started, start } from '../frame/processes.js'
import { rounds, timed } from '../frame/rounds.js'
import { type Spread, spreadOf } from '../frame/spread.js'
import { writeLines } from '../frame/writeLines.js'
import { largeSchema, type PlaysSchema, playRow, playsSchema } from './schemas.js'

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
        ...EDITS.map(({ name }) => line('reload', name, reloads[name], 300)),
        line('compile', `ocg validate of ${TYPES.toLocaleString('en-US')} types`, starts.compile, 2000, bare),
      ]
      return {
        measures,
        notes: [
          'Times are from the start of the process, or from the saving of the file to the first answer of the new API.',
          `Each edit is saved when the one before it is in force; the edited type has ${rows.toLocaleString('en-US')} rows.`,
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** A million rows are read in some 12 s where they have to be, and longer on a busy machine. */
const RELOAD_MS = 300_000

/** Edits of the schema, each of which leaves what the others have made. */
const EDITS = [
  {
    name: 'a statement more',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      statements: [...(schema.statements ?? []), `more${round}`],
    }),
  },
  {
    // The name is new each time: what a table has had before may be stored in its rows.
    name: 'a field more',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      fields: [...(schema.fields ?? []), `kept${round}: Int`, `going${round}: String`],
    }),
  },
  {
    name: 'a field less',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      fields: (schema.fields ?? []).filter((field) => field !== `going${round}: String`),
    }),
  },
  {
    name: 'a type more',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      types: [...(schema.types ?? []), `type Other${round} { id: ID! name: String }`],
    }),
  },
  {
    name: 'a field of a wider type',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      fields: (schema.fields ?? []).map((field) =>
        field === `kept${round}: Int` ? `kept${round}: Float` : field,
      ),
    }),
  },
  {
    // Every row is read, for the check and for SQL: it may not fit.
    name: 'a field that becomes a list',
    edit: (schema: PlaysSchema, round: number): PlaysSchema => ({
      ...schema,
      fields: (schema.fields ?? []).map((field) =>
        field === `kept${round}: Float` ? `kept${round}: [String]` : field,
      ),
    }),
  },
] as const

type EditName = (typeof EDITS)[number]['name']

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

  /** Milliseconds from the saving of each edit to the new API's first answer, on the full folder. */
  async reloads(count: number): Promise<Readonly<Record<EditName, readonly number[]>>> {
    const dev = await this.#dev('full')
    const url = (JSON.parse(dev.output.stdout.split('\n')[0] as string) as { readonly url: string }).url
    const times: Record<EditName, number[]> = {
      'a statement more': [],
      'a field more': [],
      'a field less': [],
      'a type more': [],
      'a field of a wider type': [],
      'a field that becomes a list': [],
    }
    let schema: PlaysSchema = {}
    for (let round = 0; round < count; round++) {
      for (const { name, edit } of EDITS) {
        schema = edit(schema, round)
        times[name].push(await this.#save(dev, url, playsSchema(schema)))
      }
    }
    await dev.stop()
    return times
  }

  async #save(dev: Started, url: string, schema: string): Promise<number> {
    dev.output.stderr = ''
    const began = performance.now()
    this.#write('schema.graphql', schema)
    await dev.waitFor(/"event":"(reloaded|refused|failed)"/, RELOAD_MS)
    if (!dev.output.stderr.includes('"event":"reloaded"')) throw new Error(dev.output.stderr)
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    if (!response.ok) throw new Error(await response.text())
    await response.text()
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
