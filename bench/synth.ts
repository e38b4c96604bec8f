/**
 * Synthesis of deployments with the real bundles: `npx tsx bench/synth.ts`. The limits of CloudFormation and of the
 * project stand beside what was measured; a limit that is exceeded ends with status 1.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildLambdas } from '../scripts/buildLambdas.mjs'
import { compileSchema } from '../src/compiler/compile.js'
import { resolveSettings } from '../src/deploy/config/resolveSettings.js'
import { deploymentStages } from '../src/deploy/stages.js'
import { type Synthesis, synthesize } from '../src/deploy/synthesize.js'
import type { Project } from '../src/model/types.js'

const LIMIT_SECONDS = 30
const LIMIT_RESOURCES = 500
const LIMIT_KB = 1024

const HEAD = [
  ...['project', 'entities', 'statements', 'functions', 'stacks', 'resources'],
  `most in a stack (<= ${LIMIT_RESOURCES})`,
  `largest template, KB (<= ${LIMIT_KB})`,
  'code, MB',
  'operations to deploy',
  `seconds (< ${LIMIT_SECONDS})`,
]

const MUSIC_SHOP = new URL('../examples/music-shop/schema.graphql', import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-synth-'))
try {
  const bundles = join(folder, 'lambda')
  await buildLambdas({ out: bundles })
  const projects = [
    await compiled('shop', readFileSync(MUSIC_SHOP, 'utf8')),
    await compiled('hundred', schemaOf(100)),
    await compiled('large', schemaOf(300)),
  ]
  const rows = projects.map((project, index) => {
    const out = join(folder, String(index))
    const synthesis = synthesize({ project, settings: resolveSettings({}, project), bundles, out })
    rmSync(out, { recursive: true })
    for (const { place, message } of synthesis.findings) throw new Error(`${place}: ${message}`)
    return row(project, synthesis)
  })
  print([HEAD, ...rows.map(({ cells }) => cells)])
  if (rows.some(({ exceeded }) => exceeded)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function compiled(name: string, text: string): Promise<Project> {
  const result = await compileSchema([{ file: 'schema.graphql', text }], { project: name })
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result.project
}

/** As many entities as statements. */
function schemaOf(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index)
  return `
    ${numbers.map((n) => `type Thing${n} { id: ID! name: String! price: Float count: Int tags: [String!] seen: AWSDateTime }`).join('\n')}
    type Row @task_response { name: String price: Float }
    type Query {
      ${numbers.map((n) => `find${n}(name: String!): [Row!]! @sql_query(query: "SELECT name, price FROM thing${n} WHERE name = $args.name")`).join('\n')}
    }`
}

function row(project: Project, { stacks, assets, functions, milliseconds }: Synthesis) {
  const most = Math.max(...stacks.map(({ resources }) => resources))
  const kilobytes = Math.ceil(Math.max(...stacks.map(({ bytes }) => bytes)) / 1024)
  const seconds = milliseconds / 1000
  const cells = [
    project.name,
    project.entities.length,
    project.statements.length,
    functions.length,
    stacks.length,
    stacks.reduce((sum, { resources }) => sum + resources, 0),
    most,
    kilobytes,
    Math.round(assets.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
    deploymentStages(stacks, new Set()).length,
    seconds.toFixed(1),
  ].map(String)
  return { cells, exceeded: most > LIMIT_RESOURCES || kilobytes > LIMIT_KB || seconds >= LIMIT_SECONDS }
}

function print(rows: readonly (readonly string[])[]): void {
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`)
  lines.splice(1, 0, `|${' --- |'.repeat(HEAD.length)}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}
