import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a process of this folder's file `name`, which talks to this one. `threads`: of libuv, which DuckDB uses. */
export function forkProcess(name: 'worker' | 'rewriter', threads: number): ChildProcess {
  const fromSource = import.meta.url.endsWith('.ts')
  const entry = new URL(`./${name}.${fromSource ? 'ts' : 'js'}`, import.meta.url)
  return fork(fileURLToPath(entry), {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
    // Resolved from here: the current folder may be anywhere.
    execArgv: fromSource ? ['--import', import.meta.resolve('tsx')] : [],
    serialization: 'advanced',
    // Its standard output would mix with the host's data.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
