/**
 * Size and load time of the functions' bundles, next to a handler that does the same by hand on the SDK (`byHand`),
 * bundled in the same way with the SDK's own chain of credentials.
 *
 * Each load is a process of its own, in turns with bare Node, so that what else the machine does hits all of them.
 * `load` is the median of what a process takes longer than bare Node; `answer` the same up to the answer of the first
 * call, which finds a server on loopback that takes every item. Times depend on the machine, the ratios much less.
 *
 * Usage: npx tsx bench/lambda.ts [rounds]
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { BUNDLING, buildLambdas } from '../scripts/buildLambdas.mjs'
import { DEFAULT_FUNCTION_SETTINGS, type FunctionSlice } from '../src/model/functions.js'

const ROUNDS = Number(process.argv[2] ?? 25)
const MOST_KB = 350
const MOST_MS = 45
const CRUD = ['create', 'read', 'update', 'delete', 'list', 'insertRelation']
const HAND = 'byHand'

const MODEL: FunctionSlice['model'] = {
  format: 1,
  name: 'shop',
  enums: [],
  valueTypes: [],
  responseTypes: [],
  entities: [
    {
      name: 'User',
      table: 'user',
      plural: 'Users',
      fields: [
        { name: 'id', type: { kind: 'scalar', name: 'ID', nonNull: true } },
        { name: 'name', type: { kind: 'scalar', name: 'String', nonNull: true } },
      ],
    },
  ],
  joinTables: [],
  statements: [],
  operations: [],
}
const OPERATION: NonNullable<FunctionSlice['operation']> = {
  kind: 'create',
  parent: 'Mutation',
  field: 'createUser',
  entity: 'user',
}

const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-lambda-'))
const server = createServer((incoming, outgoing) => {
  incoming
    .resume()
    .on('end', () => outgoing.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

try {
  await buildLambdas({ out: folder })
  await build({
    ...BUNDLING,
    entryPoints: [fileURLToPath(new URL('lambda/byHand.ts', import.meta.url))],
    outfile: join(folder, `${HAND}.cjs`),
  })
  const bare = write('bare.cjs', '')
  const kinds = [HAND, ...CRUD, 'syncQuery', 'triggerTask', 'taskResult']
  kinds.push(...['streamProcessor', 'cascadeListener', 'deletionListener', 'executionTracker'])
  const present = kinds.filter((kind) => statSync(join(folder, `${kind}.cjs`), { throwIfNoEntry: false }))
  const calls = new Map(['create', HAND].map((kind) => [kind, writeCall(kind)]))

  const files = [bare, ...present.map((kind) => join(folder, `${kind}.cjs`)), ...calls.values()]
  const times = await measure(files)
  const over = (file: string) => median(differences(times.get(file) ?? [], times.get(bare) ?? []))

  print(['function', 'KB', 'zipped', 'load ms', 'of byHand', ''])
  const handMs = over(join(folder, `${HAND}.cjs`))
  for (const kind of present) {
    const file = join(folder, `${kind}.cjs`)
    const kilobytes = statSync(file).size / 1000
    const ms = over(file)
    const isCrud = CRUD.includes(kind)
    const verdict = !isCrud ? '' : kilobytes <= MOST_KB && ms <= MOST_MS ? 'holds' : 'TOO MUCH'
    print([
      kind,
      kilobytes.toFixed(0),
      (gzipSync(readFileSync(file)).length / 1000).toFixed(0),
      ms.toFixed(1),
      (ms / handMs).toFixed(2),
      verdict,
    ])
  }
  const [own, hand] = ['create', HAND].map((kind) => over(calls.get(kind) as string)) as [number, number]
  const bareMs = median(times.get(bare) ?? [])
  process.stdout.write(
    `first answer of create: ${own.toFixed(1)} ms over bare Node (${bareMs.toFixed(1)} ms), by hand ${hand.toFixed(1)} ms, ratio ${(own / hand).toFixed(2)}\n`,
  )
} finally {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** A program that loads a bundle and calls it once, as Lambda would on a cold start. */
function writeCall(kind: string): string {
  mkdirSync(join(folder, kind))
  const slice = {
    model: MODEL,
    operation: OPERATION,
    settings: DEFAULT_FUNCTION_SETTINGS,
  } satisfies FunctionSlice
  write(join(kind, 'slice.json'), JSON.stringify(slice))
  return write(
    join(kind, 'call.cjs'),
    `process.env.LAMBDA_TASK_ROOT = __dirname
const { handler } = require(${JSON.stringify(join(folder, `${kind}.cjs`))})
const context = { awsRequestId: 'r', functionName: 'f', functionVersion: '1', getRemainingTimeInMillis: () => 30000 }
handler({ arguments: { input: { name: 'Ada' } }, info: {} }, context).then((answer) => process.exit(answer.data ? 0 : 1))
`,
  )
}

/** Milliseconds of each round of each file. */
async function measure(files: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(files.map((file) => [file, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const file of files) {
      const milliseconds = await run(file)
      // The first round warms the caches of the file system.
      if (round > 0) times.get(file)?.push(milliseconds)
    }
  }
  return times
}

function run(file: string): Promise<number> {
  const env = {
    ...process.env,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint,
    DYNAMODB_TABLE_NAME: 'bench',
    NODE_NO_WARNINGS: '1',
  }
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - start)
      else reject(new Error(`${file} ended with ${code}`))
    })
  })
}

function differences(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, round) => value - (base[round] as number))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function print([name = '', ...cells]: readonly string[]): void {
  process.stdout.write(`${name.padEnd(18)}${cells.map((cell) => cell.padStart(10)).join('')}\n`)
}
