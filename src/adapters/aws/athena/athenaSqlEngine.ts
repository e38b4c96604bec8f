import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { invariant } from '../../../errors/appError.js'
import { sha256Hex } from '../../../model/keys.js'
import type { ItemTable } from '../../../ports/itemTable.js'
import type { ObjectStore } from '../../../ports/objectStore.js'
import { type SqlEngine, SqlError, type SqlExecution, type SqlResult } from '../../../ports/sqlEngine.js'
import type { Clock } from '../../../ports/system.js'
import { athenaCall, isInvalidRequest } from './athenaCall.js'
import { executionState, namingExecutionState } from './executionState.js'
import { resultPage } from './resultPage.js'
import { type BatchesView, waitForTombstones } from './waitForTombstones.js'
import { waitUntilGone } from './waitUntilGone.js'

export interface AthenaSqlEngineOptions {
  readonly client: Pick<AthenaClient, 'send'>
  readonly database: string
  /** `s3://bucket/folder/` for the results. */
  readonly outputLocation: string
  readonly workgroup: string
  /** Reuses a result of the same statement that is at most this old, in minutes. 0: never. */
  readonly resultReuseMinutes: number
  readonly clock: Clock
  /** Whether this function may start a failed execution's statement again. */
  readonly restarts: boolean
  /** Whether statements name the objects that they read, as in layout `batches`: see `namingExecutionState`. */
  readonly namesObjects?: boolean
  /** The lake and the table; needed by `waitUntilGone` alone. */
  readonly objects?: Pick<ObjectStore, 'exists' | 'get'>
  readonly table?: Pick<ItemTable, 'getMany'>
  /** Where the lake has layout `batches`; needed by `waitUntilGone` alone. */
  readonly batches?: Pick<BatchesView, 'tables' | 'manifests'>
}

/** Waits between two looks at a running statement, in milliseconds. Most statements take one to three seconds. */
const FIRST_POLL_MS = 100
const LAST_POLL_MS = 1000
/** How often `query` runs a statement while the lake changes under it. */
const MAX_ATTEMPTS = 5
/** Most bytes of the result of `query`, as JSON: more does not fit into an answer. */
const MAX_QUERY_BYTES = 16 * 1024 * 1024

/** SQL on Amazon Athena: the lake as it is in S3 when a statement starts. */
export function athenaSqlEngine(options: AthenaSqlEngineOptions): SqlEngine {
  const { client, clock } = options
  const now = () => clock.now()

  async function start(
    sql: string,
    token: string | undefined,
    deadline?: number,
  ): Promise<{ executionId: string }> {
    const { database, outputLocation, workgroup, resultReuseMinutes } = options
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      // Without one the SDK makes a random one.
      ...(token !== undefined && { ClientRequestToken: requestToken(token) }),
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
      ResultConfiguration: { OutputLocation: outputLocation },
      WorkGroup: workgroup,
      ...(resultReuseMinutes > 0 && {
        ResultReuseConfiguration: {
          ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: resultReuseMinutes },
        },
      }),
    })
    try {
      const answer = await athenaCall(() => client.send(command), { now, ...(deadline && { deadline }) })
      return { executionId: answer.QueryExecutionId as string }
    } catch (error) {
      if (!isInvalidRequest(error)) throw error
      throw new SqlError('failed', 'The statement does not fit the tables that it reads.', { cause: error })
    }
  }

  /** Undefined for an execution that Athena does not know, or no longer: it keeps them for 45 days. */
  async function look(executionId: string, deadline?: number): Promise<QueryExecution | undefined> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: executionId })
    try {
      const answer = await athenaCall(() => client.send(command), { now, ...(deadline && { deadline }) })
      return answer.QueryExecution
    } catch (error) {
      if (isInvalidRequest(error)) return undefined
      throw error
    }
  }

  async function stop(executionId: string): Promise<void> {
    try {
      const command = new StopQueryExecutionCommand({ QueryExecutionId: executionId })
      await athenaCall(() => client.send(command), { now })
    } catch (error) {
      // It has ended, or there is none.
      if (!isInvalidRequest(error)) throw error
    }
  }

  function stateOf(found: QueryExecution): SqlExecution {
    return options.namesObjects ? namingExecutionState(found, now()) : executionState(found, now())
  }

  /** The end of an execution. Throws `SqlError` with `timeout` when it does not come in time. */
  async function end(executionId: string, deadline: number, timeoutMs: number) {
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LAST_POLL_MS)) {
      const left = deadline - now()
      if (left <= 0) {
        throw new SqlError('timeout', `The statement took longer than ${Math.round(timeoutMs / 1000)} s.`)
      }
      await sleep(Math.min(wait, left))
      const found = await look(executionId, deadline)
      const state = found && stateOf(found)
      if (!state) throw new SqlError('unavailable', 'SQL is not available at the moment. Try again shortly.')
      if (state.state !== 'RUNNING') return state
    }
  }

  async function allRows(
    executionId: string,
    deadline: number,
    { maxRows, columns }: Parameters<SqlEngine['query']>[1],
  ): Promise<SqlResult> {
    // In one go: a reading that goes on begins with a page of Athena's that has been fetched already.
    const page = await resultPage(
      client,
      executionId,
      { limit: maxRows + 1, maxBytes: MAX_QUERY_BYTES, ...(columns && { columns }) },
      (call) => athenaCall(call, { now, deadline }),
    )
    if (page.rows.length > maxRows) throw tooMany(`${maxRows} rows`)
    if (page.next !== undefined) throw tooMany(`${MAX_QUERY_BYTES / 1024 / 1024} MiB`)
    return { columns: page.columns, rows: page.rows }
  }

  return {
    resultForm: 'text',
    start: ({ sql, token }) => start(sql, token),
    async execution(executionId) {
      const found = await look(executionId)
      return found && stateOf(found)
    },
    results: (executionId, page) =>
      resultPage(client, executionId, page, (call) => athenaCall(call, { now })),
    async query(sql, limits) {
      const deadline = now() + limits.timeoutMs
      for (let attempt = 1; ; attempt++) {
        const { executionId } = await start(sql, undefined, deadline)
        const state = await end(executionId, deadline, limits.timeoutMs).catch(async (error: unknown) => {
          // Nobody will ask for it again, and it would go on reading.
          await stop(executionId).catch(() => undefined)
          throw error
        })
        if (state.state === 'SUCCEEDED') return allRows(executionId, deadline, limits)
        if (state.reason !== 'lakeChanged' || attempt === MAX_ATTEMPTS) {
          throw new SqlError(state.reason, state.message)
        }
      }
    },
    cancel: stop,
    ...(options.restarts && {
      async restart(executionId: string) {
        const found = await look(executionId)
        if (!found?.Query) throw new SqlError('failed', 'There is no such execution.')
        // The same execution gives the same token, and the same token the same new execution.
        return start(found.Query, sha256Hex(`restart|${executionId}`))
      },
    }),
    waitUntilGone(relations, timeoutMs) {
      const { objects, table, batches } = options
      invariant(objects && table, 'whoever deletes has the lake and the table')
      if (batches) return waitForTombstones(relations, timeoutMs, { ...batches, objects, clock })
      return waitUntilGone(relations, timeoutMs, { objects, table, clock })
    },
  }
}

/** Lengths of a token. Source: Athena's API reference, `ClientRequestToken`. */
const MIN_TOKEN = 32
const MAX_TOKEN = 128

function requestToken(token: string): string {
  return token.length >= MIN_TOKEN && token.length <= MAX_TOKEN ? token : sha256Hex(token)
}

function tooMany(limit: string): SqlError {
  return new SqlError('tooManyRows', `The statement's result is larger than ${limit}.`)
}
