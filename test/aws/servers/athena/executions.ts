import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AthenaFailedError } from './athenaFailedError.js'
import type { AthenaResult } from './runStatement.js'

export type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

export interface Execution {
  readonly id: string
  readonly sql: string
  readonly database: string
  readonly workgroup: string
  /** `s3://bucket/folder/id.csv` */
  readonly output: string
  readonly accessKeyId: string
  /** Milliseconds since 1970. */
  readonly submittedAt: number
  readonly stop: AbortController
  state: State
  reason: string | undefined
  error: { readonly category: number; readonly type: number } | undefined
  completedAt: number | undefined
  result: AthenaResult | undefined
  reused: boolean
  events: number
}

export interface ExecutionsOptions {
  /** How long a statement is QUEUED, in milliseconds. */
  readonly queuedMs: number
  /** Runs a statement and stores its result. */
  readonly run: (execution: Execution) => Promise<AthenaResult>
  readonly onStateChange: (event: Readonly<Record<string, unknown>>) => void
}

export interface Executions {
  start(
    request: Pick<Execution, 'sql' | 'database' | 'workgroup' | 'accessKeyId'> & {
      readonly output: string
      readonly reuseMs: number
    },
  ): Execution
  get(id: string): Execution | undefined
  list(): readonly Execution[]
  /** Resolves when nothing runs any more. */
  close(): Promise<void>
}

/** The life of executions: QUEUED, RUNNING, and one of the ends, with an event for each step. */
export function createExecutions({ queuedMs, run, onStateChange }: ExecutionsOptions): Executions {
  const all = new Map<string, Execution>()
  const work = new Set<Promise<void>>()

  function enter(execution: Execution, state: State): void {
    const previous = execution.events === 0 ? undefined : execution.state
    execution.state = state
    execution.events += 1
    onStateChange(stateChange(execution, previous))
  }

  function end(execution: Execution, state: State, reason?: string): void {
    execution.completedAt = Date.now()
    execution.reason = reason
    enter(execution, state)
  }

  async function live(execution: Execution): Promise<void> {
    const { signal } = execution.stop
    try {
      await sleep(queuedMs, undefined, { signal })
      enter(execution, 'RUNNING')
      execution.result ??= await run(execution)
      signal.throwIfAborted()
      end(execution, 'SUCCEEDED')
    } catch (error) {
      if (signal.aborted) return end(execution, 'CANCELLED', 'Query cancelled by user')
      const failed =
        error instanceof AthenaFailedError
          ? error
          : new AthenaFailedError(`GENERIC_INTERNAL_ERROR: ${String(error)}`, { category: 1, type: 200 })
      execution.error = failed
      end(execution, 'FAILED', failed.message)
    }
  }

  return {
    start({ output, reuseMs, ...request }) {
      const now = Date.now()
      const earlier = [...all.values()].findLast(
        (one) =>
          one.state === 'SUCCEEDED' &&
          one.sql === request.sql &&
          one.workgroup === request.workgroup &&
          now - (one.completedAt ?? 0) < reuseMs,
      )
      const id = randomUUID()
      const execution: Execution = {
        ...request,
        id,
        output: earlier?.output ?? `${output.replace(/\/*$/, '/')}${id}.csv`,
        submittedAt: now,
        stop: new AbortController(),
        state: 'QUEUED',
        reason: undefined,
        error: undefined,
        completedAt: undefined,
        result: earlier?.result,
        reused: earlier !== undefined,
        events: 0,
      }
      all.set(id, execution)
      enter(execution, 'QUEUED')
      const done = live(execution).finally(() => work.delete(done))
      work.add(done)
      return execution
    },
    get: (id) => all.get(id),
    list: () => [...all.values()],
    async close() {
      for (const { stop } of all.values()) stop.abort()
      await Promise.all(work)
    },
  }
}

/**
 * The event that Athena sends to EventBridge. It has two forms in AWS's documentation: the plain one, and that of a
 * failure, which has `athenaError` before the rest.
 */
function stateChange(execution: Execution, previous: State | undefined): Readonly<Record<string, unknown>> {
  const { error, reason } = execution
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Athena Query State Change',
    source: 'aws.athena',
    account: '111122223333',
    time: new Date().toISOString().replace(/\.\d+/, ''),
    region: 'eu-central-1',
    resources: [],
    detail: {
      ...(error && {
        athenaError: {
          errorCategory: error.category,
          errorType: error.type,
          errorMessage: reason,
          retryable: false,
        },
      }),
      versionId: '0',
      currentState: execution.state,
      ...(previous && { previousState: previous }),
      statementType: 'DML',
      queryExecutionId: execution.id,
      workgroupName: execution.workgroup,
      sequenceNumber: String(execution.events),
    },
  }
}
