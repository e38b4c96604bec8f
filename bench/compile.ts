/**
 * Compiling 500 statements: those of the music shop, each 25 times under names and texts of their own.
 *
 *     npx tsx bench/compile.ts
 *
 * Beside it stands what the engine alone takes to prepare the same statements. Ends with status 1 beyond the limit.
 */
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'
import { type FieldDefinitionNode, Kind, parse, print, visit } from 'graphql'
import { ENGINE_SETTINGS } from '../src/adapters/embedded/dialect/gate.js'
import { MACROS } from '../src/adapters/embedded/dialect/macros.js'
import { translate } from '../src/adapters/embedded/dialect/translate.js'
import { createSqlChecker } from '../src/adapters/embedded/sqlChecker.js'
import { compileSchema } from '../src/compiler/compile.js'
import { lakeTables } from '../src/model/lakeSchema.js'
import { bindStatement } from '../src/runtime/statements/bindStatement.js'
import { makeEmptyTables } from './statements/makeEmptyTables.js'
import { sampleArguments } from './statements/sampleArguments.js'

const LIMIT_SECONDS = 2
const STATEMENTS = 500
const ROUNDS = 3

const SHOP = readFileSync(new URL('../examples/music-shop/schema.graphql', import.meta.url), 'utf8')
const text = repeated(SHOP, STATEMENTS)
const checker = await createSqlChecker()
const seconds: number[] = []
/** Of all threads: what a machine with nothing else to do would need at most. */
let coldCpu = 0
let project: Extract<Awaited<ReturnType<typeof compileSchema>>, { ok: true }>['project'] | undefined
for (let round = 0; round <= ROUNDS; round++) {
  const started = performance.now()
  const before = process.cpuUsage()
  const result = await compileSchema([{ file: 'schema.graphql', text }], { project: 'bench', checker })
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  // The first one is told apart: a command compiles once, and its code is cold.
  seconds.push((performance.now() - started) / 1000)
  const { user, system } = process.cpuUsage(before)
  if (round === 0) coldCpu = (user + system) / 1e6
  project = result.project
}
await checker.close()
if (!project) throw new Error('nothing was compiled')

const engineSeconds = await prepareAll(project)
const [cold = 0, ...warm] = seconds
const best = Math.min(...warm)
const counted = project.statements.filter(({ kind }) => kind === 'select').length
process.stdout.write(
  [
    `${counted} SELECTs of ${project.statements.length} statements`,
    `compiled, cold                ${cold.toFixed(2)} s (< ${LIMIT_SECONDS})`,
    `CPU of that                   ${coldCpu.toFixed(2)} s; the machine's load is ${(loadavg()[0] ?? 0).toFixed(1)}`,
    `compiled, warm                ${best.toFixed(2)} s`,
    `prepared by the engine alone  ${engineSeconds.toFixed(2)} s (compiling is ${(cold / engineSeconds).toFixed(1)} times that)`,
    '',
  ].join('\n'),
)
if (cold >= LIMIT_SECONDS) process.exitCode = 1

/** The schema with its queries so many times. */
function repeated(sdl: string, count: number): string {
  return print(
    visit(parse(sdl), {
      ObjectTypeDefinition(node) {
        if (node.name.value !== 'Query') return undefined
        const fields = node.fields ?? []
        const copies = Array.from({ length: count }, (_, at) =>
          copyOf(fields[at % fields.length] as FieldDefinitionNode, Math.floor(at / fields.length)),
        )
        return { ...node, fields: copies }
      },
    }),
  )
}

function copyOf(field: FieldDefinitionNode, copy: number): FieldDefinitionNode {
  const renamed = { ...field, name: { ...field.name, value: `${field.name.value}${copy}` } }
  return visit(renamed, {
    Argument(node) {
      if (node.name.value !== 'query' || node.value.kind !== Kind.STRING) return undefined
      return { ...node, value: { ...node.value, value: `${node.value.value}\n-- ${copy}` } }
    },
  })
}

async function prepareAll(model: NonNullable<typeof project>): Promise<number> {
  const tables = lakeTables(model)
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await makeEmptyTables(connection, tables)
  for (const statement of [...MACROS, ...ENGINE_SETTINGS]) await connection.run(statement)
  const texts = model.statements.flatMap((statement) => {
    if (statement.kind !== 'select') return []
    return translate(
      bindStatement(statement.sql, statement.args, sampleArguments(statement.args, model), model),
      tables,
    )
  })
  const started = performance.now()
  for (const sql of texts) (await connection.prepare(sql)).destroySync()
  const took = (performance.now() - started) / 1000
  connection.closeSync()
  instance.closeSync()
  return took
}
