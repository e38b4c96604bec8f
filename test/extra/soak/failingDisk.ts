import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compileSources } from '../../cli/compileSources.js'
import { type Answer, asking } from './api.js'
import { type Client, createClient } from './client.js'
import { compareRelations, compareTable, orphansIn } from './finalChecks.js'
import { type HostProcess, runCommand, startHost } from './hostProcess.js'
import { seededRandom } from './random.js'
import { allGoesOn, WRITE } from './recovery.js'
import { SOAK_SCHEMA } from './soakSchema.js'

/**
 * A disk that fails for a while, in every way that failingDisk.c knows: what was acknowledged stays, what was refused is
 * not half there, the failure is said clearly, and after it everything goes on by itself. It is a library before the C
 * library that fails the host's calls: what a real disk does to the memory of the system it doesn't show, but for the
 * writes that are in it though they failed (`sync`, `late`).
 */
const { values } = parseArgs({ options: { seed: { type: 'string' }, only: { type: 'string' } } })
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const NAMED = ['-n', 'soak', '-f', 'schema.graphql', '--data', 'data']
const CLIENTS = 4
const NORMAL_MS = 2000
const FAILING_MS = 6000

interface Failure {
  /** As failingDisk.c reads it. */
  readonly kind: string
  /** What fails with it: the table, and so every write, or only what is made from the table. */
  readonly hits: 'table' | 'sql' | 'lake' | 'results'
  /** The host is killed while the disk fails, and started once it is well. */
  readonly isKilled?: boolean
}

const FAILURES: readonly Failure[] = [
  ...['write', 'torn', 'sync', 'meta', 'late'].map(
    (kind): Failure => ({ kind: `${kind} store/`, hits: 'table' }),
  ),
  { kind: 'write', hits: 'table' },
  { kind: 'torn', hits: 'table', isKilled: true },
  { kind: 'sync', hits: 'table', isKilled: true },
  { kind: 'late', hits: 'table', isKilled: true },
  { kind: 'write image', hits: 'sql' },
  { kind: 'torn image', hits: 'sql' },
  { kind: 'sync image', hits: 'sql', isKilled: true },
  { kind: 'write lake/', hits: 'lake' },
  { kind: 'write results/', hits: 'results' },
]

/**
 * Kinds at which a host ends, because LMDB-js 3.5.6 may have damaged its memory: when a call fails that writes pages. Whoever
 * supervises it starts it again, as is done here.
 */
const ENDS = /^(write|torn)( store|$)/

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
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'ocg-failing-')))
  const out = await compileSources(ROOT)
  try {
    const library = join(cwd, 'failingDisk.so')
    const source = fileURLToPath(new URL('failingDisk.c', import.meta.url))
    execFileSync('cc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', library, source, '-ldl'], {
      stdio: 'inherit',
    })
    await writeFile(join(cwd, 'schema.graphql'), SOAK_SCHEMA)
    await mkdir(join(cwd, 'data'), { mode: 0o700 })
    await run(join(out, 'cli', 'main.js'), cwd, library)
  } finally {
    await rm(cwd, { recursive: true, force: true })
    await rm(out, { recursive: true, force: true })
  }
  say(problems.length === 0 ? 'nothing was lost, and everything went on' : `${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

async function run(program: string, cwd: string, library: string): Promise<void> {
  const choice = join(cwd, 'failure')
  const start = () =>
    startHost(program, cwd, NAMED, {
      LD_PRELOAD: library,
      OCG_FAILING_FOLDER: join(cwd, 'data'),
      OCG_FAILING_SWITCH: choice,
    })
  let host: Promise<HostProcess> = start()
  await host
  const refusals = new Map<string, number>()
  const ask = asking(
    () => host,
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
    createClient(`f${at}`, seededRandom(seed + at), noting),
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
  })

  async function fail({ kind, hits, isKilled }: Failure): Promise<void> {
    say(`failing: ${kind}`)
    refusals.clear()
    const { url, stderr, ended } = await host
    const logged = stderr().length
    writeFileSync(choice, kind)
    const begun = await noting('mutation { triggerTaskPlaced { taskId } }')
    const until = Date.now() + FAILING_MS
    const [written, read, asked] = [tally(), tally(), tally()]
    let ill = ''
    while (Date.now() < until) {
      written.count(await noting(WRITE, { label: 'x' }))
      read.count(await noting('{ listShelves(limit: 5) { items { id } } }'))
      asked.count(await noting('{ books }'))
      const health = await fetch(`${url}/health`).catch(() => undefined)
      if (health?.status === 503) ill = await health.text()
      if (ended() !== undefined) break
      await sleep(50)
    }
    if (ended() !== undefined) {
      const last = stderr().trim().split('\n').at(-1) ?? ''
      const how = `the host has ended, ${ended()}: ${/"msg":.*/.exec(last)?.[0] ?? last.slice(-300)}`
      expectThat(ENDS.test(kind) && /amid a write/.test(how), how)
      say(`  ${how}`)
      await resume(isKilled === true)
      return goesOn()
    }
    say(`  writes ${written.text()}; reads ${read.text()}; statements ${asked.text()}; health ${ill}`)
    for (const [text, count] of refusals) {
      say(`  ${count} times ${text}`)
      expectThat(
        !text.includes(cwd) && !/\/data|\.mdb|\.duckdb|EIO/.test(text),
        `a client is told of files: ${text}`,
      )
    }
    const lost = [written, read, asked].some((one) => one.lost() > 0)
    expectThat(!lost, `requests were not answered: ${stderr().slice(-2000)}`)
    expectThat(read.all(), `reads were answered ${read.text()}`)
    if (hits === 'table') {
      // Nothing of it can have been on disk.
      expectThat(written.none(), `writes were acknowledged by a disk that failed: ${written.text()}`)
      expectThat(/disk/.test(ill), `/health said nothing of the disk: ${ill}`)
      expectThat(/disk|I\/O|Input\/output/i.test(stderr().slice(-20_000)), 'the log says nothing of the disk')
      expectThat(
        [...refusals.keys()].some((text) => text.startsWith('Internal: The table can')),
        'no write was refused clearly',
      )
    } else expectThat(written.all(), `writes were answered ${written.text()}`)
    if (hits === 'lake') {
      const { code, stderr: said } = await runCommand(program, cwd, ['lake', 'publish', ...NAMED])
      expectThat(code !== 0, 'a publication succeeded on a disk that failed')
      say(`  ocg lake publish: ${code}, ${said.trim().split('\n')[0]}`)
    }
    if (logged === 0 && stderr().length > 0)
      say(`  log: ${stderr().trim().split('\n').at(-1)?.slice(0, 400)}`)
    if (hits === 'results')
      expectThat((await stateOf(begun)) === 'RUNNING', 'the task does not wait for the disk')
    if (isKilled) await resume(true)
    else rmSync(choice)
    await goesOn()
    // Those that were refused have no state.
    const state = await stateOf(begun)
    expectThat([undefined, 'SUCCEEDED'].includes(state), `a task that began meanwhile is ${state}`)
  }

  async function stateOf(begun: Answer): Promise<string | undefined> {
    if (begun.kind !== 'data') return undefined
    const { taskId } = begun.data.triggerTaskPlaced as { taskId: string }
    const state = await ask(`{ taskResultPlaced(taskId: "${taskId}") { taskStatus } }`)
    return state.kind === 'data'
      ? (state.data.taskResultPlaced as { taskStatus: string }).taskStatus
      : undefined
  }

  async function goesOn(): Promise<void> {
    say('  the disk is well again')
    for (const line of await allGoesOn({
      ask,
      url: (await host).url,
      publish: async () => (await runCommand(program, cwd, ['lake', 'publish', ...NAMED])).code === 0,
    })) {
      if (line.isWell) say(line.text)
      else expectThat(false, line.text)
    }
  }

  /** Sees the host to its end, may try to start one on the failing disk, and starts one on the disk that is well. */
  async function resume(isTried: boolean): Promise<void> {
    const old = await host
    let begin: (next: Promise<HostProcess>) => void = () => undefined
    host = new Promise((resolve) => {
      begin = resolve
    })
    await old.kill('SIGKILL')
    if (isTried) {
      const outcome = await start().then(
        async (early) => {
          await early.kill('SIGKILL')
          return 'it starts'
        },
        (error: Error) => error.message,
      )
      say(`  a host that starts meanwhile: ${outcome.slice(0, 600)}`)
    }
    rmSync(choice)
    begin(start())
    await host
  }

  const chosen = FAILURES.filter(({ kind }) => values.only === undefined || kind.startsWith(values.only))
  for (const failure of chosen) {
    if (stopping) break
    await sleep(NORMAL_MS)
    await fail(failure).catch((error: unknown) => {
      stopping = true
      expectThat(false, String(error))
    })
  }
  stopping = true
  await using
  await sleep(3000)
  try {
    problems.push(...(await compareTable(ask, clients)), ...(await compareRelations(ask, clients)))
    const verified = await runCommand(program, cwd, ['lake', 'verify', ...NAMED])
    expectThat(verified.code === 0, `ocg lake verify: ${verified.stdout}${verified.stderr}`)
    await (await host).kill('SIGTERM')
  } finally {
    // None is left behind, whatever was found.
    await (await host).kill('SIGKILL')
  }
  problems.push(...(await orphansIn(join(cwd, 'data'))))
  for (const problem of problems.slice(0, 20)) say(`PROBLEM  ${problem}`)
  const done = clients.reduce((sum, { counts }) => sum + counts.done, 0)
  say(`${done} answers`)
}

/** Answers, counted. */
function tally() {
  const counts = { data: 0, error: 0, lost: 0 }
  return {
    count: ({ kind }: Answer) => void counts[kind]++,
    all: () => counts.error + counts.lost === 0,
    none: () => counts.data + counts.lost === 0,
    lost: () => counts.lost,
    text: () => `${counts.data} of ${counts.data + counts.error + counts.lost}`,
  }
}

process.exitCode = await main()
