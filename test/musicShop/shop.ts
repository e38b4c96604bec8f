import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { type Backend, openBackend } from '../../src/index.js'
import { readItems, type StoredItems } from './items.js'
import { ROW_COUNTS, SHOP_FOLDER } from './source.js'
import { type StatementCall, statementCalls } from './statementCalls.js'

type Values = Readonly<Record<string, unknown>>

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message: string; readonly errorType: string }[]
}

/** The music shop on one of the hosts. */
export interface Shop {
  /** How long what comes about by itself may take, in milliseconds. */
  readonly patienceMs: number
  /** A GraphQL request, the shortest way. */
  execute(query: string, variables?: Values): Promise<Answer>
  /** The same by another way in, where the host has one: HTTP. */
  executeOtherwise(query: string, variables?: Values): Promise<Answer>
  /** `execute` of what must succeed: its data. */
  data(query: string, variables?: Values): Promise<Readonly<Record<string, unknown>>>
  /** Runs a statement by its name in the schema: a SYNC one or an INSERT at once, another as a task to its end. */
  ask(statement: string, args?: Values): Promise<unknown>
  /** Runs a deletion statement as a task and answers its count. */
  remove(statement: string, args: Values): Promise<number>
  /** Rows that SQL sees, by table. */
  sqlCounts(): Promise<Readonly<Record<string, number>>>
  /** Tracks that SQL sees on a playlist. */
  sqlTracksOf(playlistId: string): Promise<readonly string[]>
  /** All that the table holds. */
  readItems(): Promise<StoredItems>
  /** Imports all rows once more, beside the running host, and waits until SQL shows them. */
  importAgain(): Promise<void>
  /** Waits until every removal has started its cascade and every cascade has ended. */
  cascadesEnded(): Promise<void>
  close(): Promise<void>
}

/** The shop on the embedded host, in a temporary folder. */
export interface EmbeddedShop extends Shop {
  readonly backend: Backend
  readonly folder: string
  readonly schemaFile: string
}

export const SHOP_SCHEMA = readFileSync(new URL('schema.graphql', SHOP_FOLDER), 'utf8')

export const TABLES = Object.keys(ROW_COUNTS)

/** Statements that only the tests ask: they look at the tables themselves. */
const TEST_STATEMENTS = `
  rowsInSql: [RowsInSql!]! @sql_query(mode: SYNC, query: """
    ${TABLES.map((table) => `SELECT '${table}' AS name, count(*) AS total FROM ${table}`).join(' UNION ALL ')}
  """)
  tracksInSql(playlistId: ID!): [ID!]! @sql_query(
    mode: SYNC
    query: "SELECT trackId FROM playlist_track WHERE playlistId = $args.playlistId ORDER BY trackId"
  )
`

/** The example's schema with what the tests ask besides. */
export const TEST_SCHEMA = SHOP_SCHEMA.replace('type Query {', `type Query {${TEST_STATEMENTS}`).concat(`
type RowsInSql @task_response {
  name: String!
  total: Int!
}
`)

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** `openShop` takes seconds; on a machine that is busy with other suites it may take a minute. */
export const OPEN_TIMEOUT_MS = 600_000

/** Opens the shop with all its rows, imported by the command line as a user would. */
export async function openShop(): Promise<EmbeddedShop> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-shop-'))
  const data = join(folder, 'data')
  const schemaFile = join(folder, 'schema.graphql')
  await writeFile(schemaFile, TEST_SCHEMA)
  await importShop(schemaFile, data)
  const backend = await openBackend({ schema: TEST_SCHEMA, data, name: 'shop' })
  const execute: Shop['execute'] = async (query, variables = {}) => {
    return (await backend.execute({ query, variables })) as Answer
  }
  return {
    backend,
    folder: data,
    schemaFile,
    execute,
    ...shopQuestions(execute, PATIENCE_MS),
    patienceMs: PATIENCE_MS,
    async executeOtherwise(query, variables) {
      const response = await backend.fetch(
        new Request('http://shop.test/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        }),
      )
      return (await response.json()) as Answer
    },
    readItems: () => readItems(data),
    importAgain: async () => void (await importShop(schemaFile, data)),
    async cascadesEnded() {
      const { store, cascadePosition } = backend.host
      const ended = async () =>
        cascadePosition() >= store.feed.head() && store.stats().queueDepths.cascade === 0
      expect(await until(ended, (isEnded) => isEnded)).toBe(true)
    },
    async close() {
      await backend.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What the suites ask of a shop, by its API alone. */
export function shopQuestions(
  execute: Shop['execute'],
  patienceMs: number,
): Pick<Shop, 'data' | 'ask' | 'remove' | 'sqlCounts' | 'sqlTracksOf'> {
  const calls = statementCalls(TEST_SCHEMA)
  const dataOf: Shop['data'] = async (query, variables) => {
    const answer = await execute(query, variables)
    expect(answer.errors).toBeUndefined()
    return answer.data as Values
  }
  const callOf = (statement: string): StatementCall => {
    const call = calls.get(statement)
    if (!call) throw new Error(`The schema has no statement ${statement}.`)
    return call
  }
  return {
    data: dataOf,
    async ask(statement, args) {
      const call = callOf(statement)
      if (call.kind === 'direct') return (await dataOf(call.query, args))[call.field]
      return (await runTask(dataOf, call, args, patienceMs)).result
    },
    async remove(statement, args) {
      const call = callOf(statement)
      if (call.kind !== 'task' || !call.isDeletion) throw new Error(`${statement} is no deletion.`)
      return (await runTask(dataOf, call, args, patienceMs)).deletedCount as number
    },
    async sqlCounts() {
      const { rowsInSql } = await dataOf('{ rowsInSql { name total } }')
      const rows = rowsInSql as readonly { name: string; total: number }[]
      return Object.fromEntries(rows.map(({ name, total }) => [name, total]))
    },
    async sqlTracksOf(playlistId) {
      const answer = await dataOf('query ($playlistId: ID!) { tracksInSql(playlistId: $playlistId) }', {
        playlistId,
      })
      return answer.tracksInSql as string[]
    },
  }
}

/** Runs `ocg import` over all files of the example. Entities first: a relation needs them. */
export async function importShop(schemaFile: string, data: string): Promise<string> {
  const files = TABLES.map((table) => fileURLToPath(new URL(`data/${table}.jsonl`, SHOP_FOLDER)))
  const args = ['--import', 'tsx', CLI, 'import', '-n', 'shop', '-f', schemaFile, '--data', data, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...files], { cwd: ROOT })
  return stdout
}

interface TaskAnswer {
  readonly taskStatus: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly result?: unknown
  readonly nextToken?: string | null
  readonly deletedCount?: number
  readonly error: string | null
}

/** Starts a task, waits for its end and reads all pages of its result. */
async function runTask(
  data: Shop['data'],
  call: Extract<StatementCall, { kind: 'task' }>,
  args: Values | undefined,
  patienceMs: number,
): Promise<TaskAnswer> {
  const triggered = (await data(call.trigger, args))[call.triggerField] as { readonly taskId: string }
  const page = async (nextToken?: string | null) => {
    const variables = { taskId: triggered.taskId, ...(nextToken && { nextToken }) }
    return (await data(call.result, variables))[call.resultField] as TaskAnswer
  }
  const first = await until(
    () => page(),
    (answer) => answer.taskStatus !== 'RUNNING',
    patienceMs,
  )
  expect(first).toMatchObject({ taskStatus: 'SUCCEEDED', error: null })
  if (!first.nextToken) return first
  const result = [...(first.result as unknown[])]
  for (let next: TaskAnswer = first; next.nextToken; ) {
    next = await page(next.nextToken)
    result.push(...(next.result as unknown[]))
  }
  return { ...first, result }
}

/** The embedded host takes moments; a machine that is busy with other suites takes longer. */
const PATIENCE_MS = 30_000

/** Asks again and again until the answer is as it should be; answers the last one. */
export async function until<Value>(
  ask: () => Promise<Value>,
  isDone: (value: Value) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const end = Date.now() + patienceMs
  for (;;) {
    const value = await ask()
    if (isDone(value) || Date.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
