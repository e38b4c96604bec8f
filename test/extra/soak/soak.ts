import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compileSources } from '../../cli/compileSources.js'
import { asking, SLOW_MS } from './api.js'
import { type Client, createClient } from './client.js'
import { compareRelations, compareTable, orphansIn } from './finalChecks.js'
import { type HostProcess, runCommand, startHost } from './hostProcess.js'
import { pick, seededRandom } from './random.js'
import { lowest, openFiles, privateMegabytes, type Sample, trendOf } from './samples.js'
import { SOAK_SCHEMA } from './soakSchema.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    keep: { type: 'boolean' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CLIENTS = 8
const NAMED = ['-n', 'soak', '-f', 'schema.graphql', '--data', 'data']

/** The first part has kills; the second, without any, shows whether memory and open files stay as they are. */
const KILLING_PART = 0.55
/** Of the second part, so that caches are full. */
const WARM_UP_PART = 0.4
/**
 * Most that the least-squares line over the lowest values of each ten seconds may grow by in the time that is looked at.
 * A process of either kind takes some 50 MB more before the collector of V8 finds it worth its while, and the engine
 * keeps what it has taken once: with forced collections both have been flat over 24,000 updates.
 */
const GROWTH_MB = 64
const GROWTH_FILES = 4

const started = Date.now()
const endOfKills = started + minutes * 60_000 * KILLING_PART
const endOfWrites = started + minutes * 60_000

function say(line: string): void {
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}\n`)
}

async function main(): Promise<number> {
  say(
    `seed ${seed}, ${minutes} minutes; again with: npm run test:soak -- --seed ${seed} --minutes ${minutes}`,
  )
  const out = await compileSources(ROOT)
  const cwd = await mkdtemp(join(tmpdir(), 'ocg-soak-'))
  try {
    await writeFile(join(cwd, 'schema.graphql'), SOAK_SCHEMA)
    return await soak(join(out, 'cli', 'main.js'), cwd)
  } finally {
    await rm(out, { recursive: true, force: true })
    if (values.keep) say(`the data is in ${cwd}`)
    else await rm(cwd, { recursive: true, force: true })
  }
}

async function soak(program: string, cwd: string): Promise<number> {
  const random = seededRandom(seed)
  let host = startHost(program, cwd, NAMED)
  const ask = asking(
    () => host,
    (query, tookMs, answer) =>
      say(`slow: ${(tookMs / 1000).toFixed(1)} s, ${answer.kind}, ${query.slice(0, 60)}`),
  )
  const clients = Array.from({ length: CLIENTS }, (_, at) =>
    createClient(`c${at}`, seededRandom(seed + at + 1), ask),
  )
  const problems: string[] = []
  const events: Record<string, number> = {}
  let stopping = false

  async function use(client: Client): Promise<void> {
    while (!stopping && Date.now() < endOfWrites) await client.step()
  }

  async function restart(signal: NodeJS.Signals): Promise<void> {
    const old = await host
    // From here on clients wait for the next one.
    let begin: (next: Promise<HostProcess>) => void = () => undefined
    host = new Promise((resolve) => {
      begin = resolve
    })
    await old.kill(signal)
    begin(startHost(program, cwd, NAMED))
    await host
  }

  async function command(args: readonly string[], mayFail: boolean): Promise<void> {
    const { code, stderr } = await runCommand(program, cwd, [...args, ...NAMED])
    if (code !== 0 && !mayFail) problems.push(`ocg ${args.join(' ')} ended with ${code}: ${stderr}`)
  }

  const disturbances: Readonly<Record<string, () => Promise<void>>> = {
    'kill the host': () => restart('SIGKILL'),
    'end the host': () => restart('SIGTERM'),
    async 'kill the SQL process'() {
      const pid = (await host).sqlPid()
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    },
    publish: () => command(['lake', 'publish'], false),
    rebuild: () => command(['lake', 'rebuild'], false),
    purge: () => command(['lake', 'purge', 'Book', deadBook() ?? 'nobody'], false),
    verify: () => command(['lake', 'verify'], false),
    async 'kill the host while it rebuilds'() {
      const rebuilding = command(['lake', 'rebuild'], true)
      await sleep(random() * 3000)
      await restart('SIGKILL')
      await rebuilding
    },
    async 'kill the host while it purges'() {
      const purging = command(['lake', 'purge', 'Book', deadBook() ?? 'nobody'], true)
      await sleep(random() * 3000)
      await restart('SIGKILL')
      await purging
    },
    async 'kill the host while it publishes'() {
      const publishing = command(['lake', 'publish'], true)
      await sleep(random() * 1500)
      await restart('SIGKILL')
      await publishing
    },
  }
  const gentle = ['publish', 'rebuild', 'purge', 'verify']

  function deadBook(): string | undefined {
    const dead = clients.flatMap(({ books }) =>
      [...books].flatMap(([id, possible]) => (possible.every((one) => one === null) ? [id] : [])),
    )
    return pick(random, dead)
  }

  async function disturb(): Promise<void> {
    while (!stopping && Date.now() < endOfWrites) {
      await sleep(1000 + random() * 7000)
      if (Date.now() >= endOfWrites) return
      const names = Date.now() < endOfKills ? Object.keys(disturbances) : gentle
      const name = pick(random, names) as string
      say(name)
      events[name] = (events[name] ?? 0) + 1
      const from = Date.now()
      await disturbances[name]?.()
      if (Date.now() - from > SLOW_MS) say(`  it took ${((Date.now() - from) / 1000).toFixed(1)} s`)
    }
  }

  const samples = new Map<string, Sample[]>()
  async function sample(): Promise<void> {
    const warmUp = endOfKills + (endOfWrites - endOfKills) * WARM_UP_PART
    while (!stopping && Date.now() < endOfWrites) {
      await sleep(1000)
      if (Date.now() < warmUp) continue
      const { pid, sqlPid } = await host
      for (const [name, id] of [
        ['host', pid],
        ['SQL process', sqlPid()],
      ] as const) {
        if (id === undefined) continue
        note(`memory of the ${name}, MB`, privateMegabytes(id))
        note(`open files of the ${name}`, openFiles(id))
      }
    }
  }
  function note(what: string, value: number | undefined): void {
    if (value === undefined) return
    const known = samples.get(what) ?? []
    known.push({ at: (Date.now() - started) / 1000, value })
    samples.set(what, known)
  }

  const failed = (error: unknown) => {
    stopping = true
    problems.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }
  await host
  await Promise.all([...clients.map(use), disturb(), sample()].map((work) => work.catch(failed)))

  say('the writers have stopped; comparing')
  await untilQuiet(program, cwd)
  problems.push(...(await compareTable(ask, clients)))
  problems.push(...(await compareRelations(ask, clients)))
  await command(['lake', 'publish'], false)
  await command(['lake', 'verify'], false)
  const health = await fetch(`${(await host).url}/health`)
  if (health.status !== 200) problems.push(`health says ${health.status}: ${await health.text()}`)
  await (await host).kill('SIGTERM')
  problems.push(...(await orphansIn(join(cwd, 'data'))))

  for (const trend of [...samples].map(([what, of]) => trendOf(what, lowest(of)))) {
    const { what, first, last, mean, growth } = trend
    const isFiles = what.startsWith('open files')
    const bound = isFiles ? GROWTH_FILES : GROWTH_MB
    say(
      `${what}: first ${first.toFixed(0)}, last ${last.toFixed(0)}, mean ${mean.toFixed(0)}, growth ${growth.toFixed(1)} (at most ${bound.toFixed(0)})`,
    )
    if (growth > bound) problems.push(`${what} grows: ${growth.toFixed(1)}, and may by ${bound.toFixed(0)}`)
  }
  const sum = (count: (client: Client) => number) =>
    clients.reduce((total, client) => total + count(client), 0)
  const refused: Record<string, number> = {}
  for (const { counts } of clients) {
    for (const [code, count] of Object.entries(counts.refused)) refused[code] = (refused[code] ?? 0) + count
  }
  say(`${sum(({ counts }) => counts.done)} answers, ${sum(({ counts }) => counts.lost)} lost`)
  say(`refused: ${JSON.stringify(refused)}; disturbances: ${JSON.stringify(events)}`)
  for (const code of Object.keys(refused)) {
    if (!EXPECTED_CODES.has(code.split(':')[0] as string))
      problems.push(`${refused[code]} requests were refused with ${code}`)
  }
  for (const problem of problems.slice(0, 50)) say(`PROBLEM  ${problem}`)
  say(problems.length === 0 ? 'no difference, no orphan, nothing grows' : `${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

/** `NotFound` of rows whose deletion was lost; the others of SQL whose process has just been killed. */
const EXPECTED_CODES = new Set(['NotFound', 'Throttled', 'Timeout'])

const QUIET_MS = 120_000

/** Waits until cascades, deletions and the feed have been worked off. */
async function untilQuiet(program: string, cwd: string): Promise<void> {
  const giveUp = Date.now() + QUIET_MS
  for (;;) {
    const { code, stdout } = await runCommand(program, cwd, ['lake', 'status', '--json', ...NAMED])
    if (code === 0) break
    if (Date.now() > giveUp) throw new Error(`The host does not come to rest: ${stdout}`)
    await sleep(500)
  }
  await sleep(3000)
}

process.exitCode = await main()
