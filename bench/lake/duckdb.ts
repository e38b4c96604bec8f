import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { PeerAnswer } from './duckdbPeer.js'

/** DuckDB on files, in a process of its own. */
export interface Duckdb {
  /** Throws with what the engine says. */
  query(sql: string): Promise<PeerAnswer>
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./duckdbPeer.ts', import.meta.url))

/** `statements` run first: they make the views. */
export async function startDuckdb(statements: readonly string[]): Promise<Duckdb> {
  const child = fork(PROGRAM, [String(availableParallelism()), ...statements], {
    execArgv: ['--import', 'tsx'],
  })
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const gone = once(child, 'exit').then(() => {
    throw new Error('DuckDB has ended.')
  })
  gone.catch(() => undefined)
  const next = async () => (await Promise.race([once(child, 'message'), gone]))[0] as unknown
  await next()
  return {
    async query(sql) {
      const answer = next() as Promise<PeerAnswer>
      child.send(sql)
      const { failed, ...rest } = await answer
      if (failed !== undefined) throw new Error(failed)
      return rest
    },
    async close() {
      process.off('exit', end)
      child.disconnect()
      await gone.catch(() => undefined)
    },
  }
}
