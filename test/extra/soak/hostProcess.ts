import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `ocg serve` as a process that may be killed at any time. */
export interface HostProcess {
  readonly url: string
  readonly apiKey: string
  readonly pid: number
  /** Process id of its SQL process, if it has one now. */
  sqlPid(): number | undefined
  kill(signal: NodeJS.Signals): Promise<void>
  /** The signal or the exit code that it has ended with. */
  ended(): string | number | undefined
  /** What it wrote on stderr last. */
  stderr(): string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const READY_MS = 180_000
const STDERR_CHARS = 200_000

/** A folder that a command works on alone is waited for. `env`: variables more than this process has. */
export async function startHost(
  main: string,
  cwd: string,
  named: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<HostProcess> {
  const args = [main, 'serve', ...named, '--port', '0', '--json', '--log-level', 'warn']
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARS)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const giveUp = Date.now() + READY_MS
  while (!stdout.includes('\n')) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUp) {
      child.kill('SIGKILL')
      throw new Error(`The host did not become ready: ${stderr}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { url, apiKey } = JSON.parse(stdout) as { url: string; apiKey: string }
  const pid = child.pid as number
  return {
    url,
    apiKey,
    pid,
    sqlPid: () => childrenOf(pid).find((one) => commandOf(one).includes(join('sql', 'worker.'))),
    async kill(signal) {
      child.kill(signal)
      await ended
    },
    ended: () => child.signalCode ?? child.exitCode ?? undefined,
    stderr: () => stderr,
  }
}

/** Runs another command beside the host. */
export async function runCommand(main: string, cwd: string, args: readonly string[]): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout, stderr }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    // After the name of the program, which may hold anything but ends with the last bracket: state, then parent.
    const stat = readText(`/proc/${name}/stat`)
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid ? [Number(name)] : []
  })
}

function commandOf(pid: number): string {
  return readText(`/proc/${pid}/cmdline`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
