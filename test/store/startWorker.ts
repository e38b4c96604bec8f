import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Worker {
  readonly child: ChildProcess
  /** Lines so far. */
  readonly lines: readonly string[]
  /** Resolves once there are this many lines. */
  atLines(count: number): Promise<void>
  /** Resolves, when the process has ended and every line is read, with its exit code or signal. */
  readonly ended: Promise<number | string>
}

const SCRIPT = fileURLToPath(new URL('./storeWorker.ts', import.meta.url))

/** Starts a process that works on the store of a folder. `fileBlocks` limits the size of its files, in KB. */
export function startWorker(folder: string, args: readonly string[], fileBlocks?: number): Worker {
  const command = [process.execPath, '--import', 'tsx', SCRIPT, folder, ...args]
  const child = fileBlocks
    ? spawn('bash', ['-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'bash', ...command], LIMITED)
    : spawn(command[0] as string, command.slice(1), FREE)
  const lines: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  reader.on('line', (line) => {
    lines.push(line)
    for (const { count, resolve } of waiting) if (lines.length >= count) resolve()
  })
  const drained = new Promise<void>((resolve) => reader.once('close', resolve))
  const exited = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 'unknown')),
  )
  return {
    child,
    lines,
    atLines: (count) =>
      new Promise((resolve) => {
        if (lines.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    ended: Promise.all([exited, drained]).then(([end]) => end),
  }
}

const FREE = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] }

/** LMDB-js prints the failed commit that is wanted here. */
const LIMITED = { stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] }
