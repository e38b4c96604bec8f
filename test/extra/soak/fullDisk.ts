import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compileSources } from '../../cli/compileSources.js'
import { type Answer, asking } from './api.js'
import { type Client, createClient } from './client.js'
import { compareRelations, compareTable, orphansIn } from './finalChecks.js'
import { runCommand, startHost } from './hostProcess.js'
import { seededRandom } from './random.js'
import { allGoesOn, WRITE } from './recovery.js'
import { SOAK_SCHEMA } from './soakSchema.js'

/**
 * A disk that is full for a while, several times: what was acknowledged stays, reads and SQL go on, the failure is said
 * clearly, and after space returns everything goes on by itself. A small file system in memory stands for the disk.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seed: { type: 'string' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const NAMED = ['-n', 'soak', '-f', 'schema.graphql', '--data', join('disk', 'data')]
const DISK_MB = 96
const CLIENTS = 4
const NORMAL_MS = 6000
const FULL_MS = 12_000

const started = Date.now()
const problems: string[] = []

function say(line: string): void {
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}\n`)
}

function expectThat(holds: boolean, what: string): void {
  if (holds) return
  problems.push(what)
  say(`PROBLEM  ${what}`)
}

async function main(): Promise<number> {
  say(`seed ${seed}`)
  const cwd = await mkdtemp(join(tmpdir(), 'ocg-full-'))
  const disk = join(cwd, 'disk')
  execFileSync('mkdir', [disk])
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk], { stdio: 'pipe' })
  } catch (error) {
    await rm(cwd, { recursive: true, force: true })
    say(`Left out: no file system can be mounted here, which takes root. ${String(error).split('\n')[0]}`)
    return 0
  }
  const out = await compileSources(ROOT)
  try {
    await writeFile(join(cwd, 'schema.graphql'), SOAK_SCHEMA)
    await run(join(out, 'cli', 'main.js'), cwd, disk)
  } finally {
    execFileSync('umount', ['-l', disk])
    await rm(cwd, { recursive: true, force: true })
    await rm(out, { recursive: true, force: true })
  }
  say(problems.length === 0 ? 'nothing was lost, and everything went on' : `${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

async function run(program: string, cwd: string, disk: string): Promise<void> {
  const host = await startHost(program, cwd, NAMED)
  const refusals = new Map<string, number>()
  const ask = asking(
    async () => host,
    (query, tookMs, answer) => say(`slow: ${tookMs} ms, ${answer.kind}, ${query.slice(0, 60)}`),
  )
  const noting = async (query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const answer = await ask(query, variables)
    if (answer.kind === 'error') {
      const text = `${answer.code}: ${answer.message}`
      refusals.set(text, (refusals.get(text) ?? 0) + 1)
    }
    return answer
  }
  const clients = Array.from({ length: CLIENTS }, (_, at) =>
    createClient(`d${at}`, seededRandom(seed + at), noting),
  )
  let stopping = false
  const using = Promise.all(
    clients.map(async (client: Client) => {
      while (!stopping) {
        await client.step()
        await sleep(5)
      }
    }),
  ).catch((error: unknown) => {
    stopping = true
    expectThat(false, String(error))
    // What it says of writes is known by now.
    const lines = host
      .stderr()
      .split('\n')
      .filter((line) => /"msg":".*(SQL|image|execution|lake)/i.test(line))
    for (const line of lines.slice(-12)) say(`  log: ${line.slice(0, 600)}`)
  })

  for (let round = 0; round < Number(values.rounds) && !stopping; round++) {
    await sleep(NORMAL_MS)
    say('the disk fills up')
    const ballast = fillDisk(disk)
    refusals.clear()
    const until = Date.now() + FULL_MS
    let [reads, statements, writes, ill] = [0, 0, 0, '']
    while (Date.now() < until) {
      // A file that the host gives up makes room again.
      ballast.grow()
      // Large enough to need more room than the store has within its file, sooner or later.
      for (let write = 0; write < 10; write++) {
        const written = await noting(WRITE, { label: 'x'.repeat(100_000) })
        if (written.kind === 'data') writes += 1
        else if (written.kind === 'lost') expectThat(false, 'the host did not answer a write')
      }
      const read = await ask('{ listShelves(limit: 5) { items { id } } }')
      expectThat(read.kind === 'data', `a read was answered with ${JSON.stringify(read).slice(0, 200)}`)
      reads += 1
      const statement = await ask('{ books }')
      if (statement.kind === 'data') statements += 1
      else say(`SQL: ${JSON.stringify(statement).slice(0, 200)}`)
      const health = await fetch(`${host.url}/health`)
      if (health.status === 503) ill = await health.text()
      await sleep(200)
    }
    say(`full: ${reads} reads, ${statements} statements, ${writes} writes got through, health ${ill}`)
    for (const [text, count] of refusals) say(`  ${count} times ${text}`)
    expectThat(statements >= reads * 0.8, `SQL answered only ${statements} of ${reads} times`)
    expectThat(/disk/.test(ill), `/health said nothing of the disk: ${ill}`)
    expectThat(
      [...refusals.keys()].some((text) => text.startsWith('Internal: The table can')),
      'no write was refused clearly',
    )
    ballast.remove()
    say('there is room again')
    for (const line of await allGoesOn({
      ask,
      url: host.url,
      publish: async () => (await runCommand(program, cwd, ['lake', 'publish', ...NAMED])).code === 0,
    })) {
      if (line.isWell) say(line.text)
      else expectThat(false, line.text)
    }
  }
  stopping = true
  await using
  await sleep(3000)
  problems.push(...(await compareTable(ask, clients)), ...(await compareRelations(ask, clients)))
  const verified = await runCommand(program, cwd, ['lake', 'verify', ...NAMED])
  expectThat(verified.code === 0, `ocg lake verify: ${verified.stdout}${verified.stderr}`)
  await host.kill('SIGTERM')
  problems.push(...(await orphansIn(join(disk, 'data'))))
  for (const problem of problems.slice(0, 20)) say(`PROBLEM  ${problem}`)
  const done = clients.reduce((sum, { counts }) => sum + counts.done, 0)
  say(`${done} answers`)
}

/** Takes all the room that there is, to the last byte. */
function fillDisk(disk: string) {
  const file = join(disk, 'ballast')
  const handle = openSync(file, 'w')
  let size = 0
  function grow(): void {
    for (const step of [1024 * 1024, 4096]) {
      const bytes = Buffer.alloc(step, 1)
      for (;;) {
        const { bavail, bsize } = statfsSync(disk)
        if (bavail * bsize < step && bavail > 0) break
        try {
          size += writeSync(handle, bytes, 0, step, size)
        } catch {
          break
        }
      }
    }
  }
  grow()
  return {
    grow,
    remove() {
      ftruncateSync(handle, 0)
      closeSync(handle)
      rmSync(file)
    },
  }
}

process.exitCode = await main()
