import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** A process that a benchmark has started. Ends with the benchmark at the latest. */
export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  /** What it has written so far. */
  readonly output: { stdout: string; stderr: string }
  /** Resolves once stdout or stderr has a match; rejects when the process ends before, or after `timeoutMs`. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Asks it to end, and makes it after a while. */
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Whether a process can be held on one core here. */
export const CAN_PIN = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** Starts a process, its children too on `core` alone when that can be. */
export function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly core?: number } = {},
): Started {
  const { core, ...rest } = options
  const [program, all] =
    core !== undefined && CAN_PIN ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]]
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], ...rest })
  running.add(child)
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-100_000)
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running.delete(child)
      for (const listener of listeners) listener()
      resolve()
    }
    child.once('exit', end).once('error', end)
  })
  const isEnded = () => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    pid: child.pid ?? 0,
    output,
    waitFor(pattern, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
          if (!match && !isEnded()) return
          finish()
          if (match) resolve(match)
          else reject(new Error(`${command} ended early:\n${output.stderr.slice(-2000)}`))
        }
        const timer = setTimeout(() => {
          finish()
          reject(new Error(`${command} did not say ${pattern} in time:\n${output.stderr.slice(-2000)}`))
        }, timeoutMs)
        const finish = () => {
          clearTimeout(timer)
          listeners.delete(look)
        }
        listeners.add(look)
        look()
      })
    },
    async stop() {
      if (isEnded()) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Time on processors that a process and all below it have had, in seconds; 0 where the system doesn't tell. */
export function cpuSeconds(pid: number): number {
  const ticks = family(pid).map((one) => {
    const fields = statFields(one)
    // Its own, and that of children that have ended.
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields?.[at] ?? 0), 0)
  })
  return ticks.reduce((sum, one) => sum + one, 0) / 100
}

/** Memory of one process in MB: `own` is what no file backs, `files` are pages that the system may drop at any time. */
export function memoryMb(pid: number): { readonly own: number; readonly files: number } {
  const text = readIfThere(`/proc/${pid}/status`) ?? ''
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024
  return { own: read('RssAnon'), files: read('RssFile') + read('RssShmem') }
}

/** A process and its children, theirs too. */
export function family(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const fields = Number.isInteger(pid) ? statFields(pid) : undefined
    if (fields) parents.set(pid, Number(fields[1]))
  }
  const isBelow = (pid: number): boolean => {
    if (pid === root) return true
    const parent = parents.get(pid)
    return parent !== undefined && parent > 1 && isBelow(parent)
  }
  return [...parents.keys()].filter(isBelow)
}

/** Fields of `/proc/<pid>/stat` after the name: state, parent, … */
function statFields(pid: number): readonly string[] | undefined {
  const text = readIfThere(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
