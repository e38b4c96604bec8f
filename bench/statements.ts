/**
 * What a request pays for a statement before the engine runs it, for each SELECT of the music shop: putting the values in,
 * translating what comes out, and beside them the engine's own work on the same text.
 *
 *     npx tsx bench/statements.ts
 *
 * Times are medians in milliseconds once warm, with other values in each round. Ends with status 1 beyond the limit.
 */
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { ENGINE_SETTINGS, prepareQuery } from '../src/adapters/embedded/dialect/gate.js'
import { MACROS } from '../src/adapters/embedded/dialect/macros.js'
import { translate } from '../src/adapters/embedded/dialect/translate.js'
import { compileSchema } from '../src/compiler/compile.js'
import { lakeTables } from '../src/model/lakeSchema.js'
import { bindStatement } from '../src/runtime/statements/bindStatement.js'
import { makeEmptyTables } from './statements/makeEmptyTables.js'
import { sampleArguments } from './statements/sampleArguments.js'

const LIMIT_MS = 0.2
const ROUNDS = 400
const ENGINE_ROUNDS = 40

const text = readFileSync(new URL('../examples/music-shop/schema.graphql', import.meta.url), 'utf8')
const compiled = await compileSchema([{ file: 'schema.graphql', text }], { project: 'bench' })
if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'))
const { project } = compiled
const tables = lakeTables(project)
const names = tables.map(({ name }) => name)

const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
await makeEmptyTables(connection, tables)
for (const statement of [...MACROS, ...ENGINE_SETTINGS]) await connection.run(statement)

const rows: (readonly [string, ...number[]])[] = []
for (const statement of project.statements) {
  if (statement.kind !== 'select') continue
  const { name, sql, args } = statement
  const bind = (round: number) => bindStatement(sql, args, sampleArguments(args, project, round), project)
  const bound = Array.from({ length: ROUNDS }, (_, round) => bind(round))
  const values = await medianOf(ROUNDS, bind)
  const translated = await medianOf(ROUNDS, (round) => translate(bound[round] as string, tables))
  const own = bound.slice(0, ENGINE_ROUNDS).map((one) => translate(one, tables))
  const prepared = await medianOf(ENGINE_ROUNDS, async (round) => {
    const one = await connection.prepare(own[round] as string)
    one.destroySync()
  })
  const gated = await medianOf(ENGINE_ROUNDS, async (round) => {
    const one = await prepareQuery(connection, own[round] as string, names)
    one.destroySync()
  })
  rows.push([name, values, translated, values + translated, prepared, gated - prepared])
}
connection.closeSync()
instance.closeSync()

const HEAD = ['statement', 'bind', 'translate', 'both', 'engine', 'gate', 'both/engine']
print(HEAD)
for (const [name, ...numbers] of rows) print([name, ...numbers.map((one) => one.toFixed(3)), ratio(numbers)])
const middle = HEAD.slice(1, -1).map((_, at) => median(rows.map((row) => row[at + 1] as number)))
print(['median', ...middle.map((one) => one.toFixed(3)), ratio(middle)])
process.stdout.write(`binding and translating: ${(middle[2] ?? 0).toFixed(3)} ms (< ${LIMIT_MS})\n`)
if ((middle[2] ?? 0) >= LIMIT_MS) process.exitCode = 1

function print(cells: readonly string[]): void {
  process.stdout.write(
    `${cells.map((cell, at) => (at === 0 ? cell.padEnd(28) : cell.padStart(11))).join('')}\n`,
  )
}

function ratio(numbers: readonly number[]): string {
  return ((numbers[2] ?? 0) / (numbers[3] ?? 1)).toFixed(2)
}

async function medianOf(rounds: number, work: (round: number) => unknown): Promise<number> {
  // Once over everything to warm up.
  for (let round = 0; round < rounds; round++) await work(round)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    const done = work(round)
    if (done instanceof Promise) await done
    times.push(performance.now() - started)
  }
  return median(times)
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
