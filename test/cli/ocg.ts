import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { compileSources } from './compileSources.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where this test process has its own compiled copy of the sources: a run never depends on an earlier `npm run build`. */
let compiled: Promise<string> | undefined

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the real command line in a process of its own until it ends. */
export async function ocg(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { child, ended } = await spawnOcg(args, options)
  child.stdin?.end(options.input ?? '')
  return ended
}

export interface Served {
  readonly child: ChildProcess
  readonly url: string
  readonly apiKey: string
  readonly ended: Promise<Ended>
  /** What it has written on stderr so far. */
  stderr(): string
  /** Resolves when stderr holds a text, after an optional position in it. */
  saw(text: string, from?: number): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

export interface Started extends Omit<Served, 'url' | 'apiKey'> {
  /** The ready event. Rejects when the process ends before it. */
  readonly ready: Promise<Served>
}

/** Starts `ocg dev` or `ocg serve` with `--json` and waits for its ready event. */
export async function serveOcg(args: readonly string[], options: RunOptions = {}): Promise<Served> {
  return (await startOcg(args, options)).ready
}

export async function startOcg(args: readonly string[], options: RunOptions = {}): Promise<Started> {
  const { child, ended, output } = await spawnOcg([...args, '--json'], options)
  const saw = (text: string, from = 0) =>
    until(
      () => output.stderr.indexOf(text, from) >= 0,
      ended,
      () => `'${text}' on stderr, which is:\n${output.stderr}`,
    )
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  const base = { child, ended, stderr: () => output.stderr, saw, stop }
  const ready = until(
    () => output.stdout.includes('\n'),
    ended,
    () => `the ready event; stderr is:\n${output.stderr}`,
  ).then((): Served => {
    const { event, url, apiKey } = JSON.parse(output.stdout) as Record<'event' | 'url' | 'apiKey', string>
    if (event !== 'ready') throw new Error(`The first line is no ready event: ${output.stdout}`)
    return { ...base, url, apiKey }
  })
  ready.catch(() => undefined)
  return { ...base, ready }
}

/** Sends a GraphQL request and gives its result. */
export async function request(
  { url, apiKey }: Pick<Served, 'url' | 'apiKey'>,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  signal: AbortSignal = AbortSignal.timeout(30_000),
) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'x-api-key': apiKey,
    },
    body: JSON.stringify({ query, variables }),
    signal,
  })
  return (await response.json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
    readonly data?: any
    readonly errors?: readonly { readonly message: string; readonly errorType?: string }[]
  }
}

async function spawnOcg(args: readonly string[], { cwd, env }: RunOptions) {
  compiled ??= compile()
  const main = join(await compiled, 'cli', 'main.js')
  const { NO_COLOR: _, FORCE_COLOR: __, OCG_API_KEY: ___, OCG_DEBUG: ____, ...inherited } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    cwd: cwd ?? ROOT,
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.add(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      children.delete(child)
      resolve({ code, signal, ...output })
    })
  })
  return { child, ended, output }
}

async function until(holds: () => boolean, ended: Promise<unknown>, what: () => string): Promise<void> {
  let hasEnded = false
  ended.finally(() => {
    hasEnded = true
  })
  const end = performance.now() + 45_000
  while (!holds()) {
    if (hasEnded && !holds()) throw new Error(`The process ended before ${what()}`)
    if (performance.now() > end) throw new Error(`Timed out waiting for ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Compiles the sources. The folder is removed at the end. */
async function compile(): Promise<string> {
  const out = await compileSources(ROOT)
  const cleanUp = () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(out, { recursive: true, force: true })
  }
  cleanUps.push(cleanUp)
  process.once('exit', cleanUp)
  return out
}

const children = new Set<ChildProcess>()
const cleanUps: (() => void)[] = []

// A worker of the test runner may be ended without its `exit` event.
afterAll(() => {
  for (const cleanUp of cleanUps) cleanUp()
})
