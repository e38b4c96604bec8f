import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Backend, openBackend } from '../../src/host/openBackend.js'
import { encodePageToken } from '../../src/runtime/paging/pageToken.js'

/** So long that the names of a row take more than its values. */
const NAMES = Array.from(
  { length: 60 },
  (_, index) => `aRatherLongNameOfAResultColumnThatSaysVeryLittle${index}`,
)

const SCHEMA = /* GraphQL */ `
  directive @sql_query(query: String!, mode: SqlMode = TASK) on FIELD_DEFINITION
  enum SqlMode { TASK SYNC }
  type Song { id: ID! title: String! }
  type Wide @task_response { ${NAMES.map((name) => `${name}: String`).join(' ')} }
  directive @task_response on OBJECT
  type Query {
    wide: [Wide!] @sql_query(query: "SELECT ${NAMES.map((name) => `rpad('x', 60, 'y') AS ${name}`).join(', ')} FROM UNNEST(sequence(1, 1000)) AS t (n)")
    numbers: [Int!] @sql_query(query: "SELECT n FROM UNNEST(sequence(1, 3)) AS t (n)")
  }
`

let folder: string
let backend: Backend
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-pages-'))
  backend = await openBackend({ schema: SCHEMA, data: folder })
})
afterAll(async () => {
  await backend?.close()
  await rm(folder, { recursive: true, force: true })
})

async function ask(query: string, variables: Record<string, unknown> = {}) {
  const answer = JSON.parse(JSON.stringify(await backend.execute({ query, variables })))
  return { data: answer.data, code: answer.errors?.[0]?.errorType as string | undefined }
}

async function succeeded(name: string): Promise<string> {
  const { data } = await ask(`mutation { trigger: triggerTask${name} { taskId } }`)
  const { taskId } = data.trigger
  for (;;) {
    const { data } = await ask(
      `query ($taskId: ID!) { task: taskResult${name}(taskId: $taskId, limit: 1) { taskStatus error } }`,
      { taskId },
    )
    if (data.task.taskStatus === 'SUCCEEDED') return taskId
    if (data.task.taskStatus === 'FAILED') throw new Error(data.task.error)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('what no store takes as a key', () => {
  const RESULT = 'query ($taskId: ID!) { taskResultNumbers(taskId: $taskId) { taskStatus } }'

  it.each(['x'.repeat(3000), '', 'a\u0000b'])('is no task: %j', async (taskId) => {
    expect(await ask(RESULT, { taskId })).toMatchObject({ code: 'NotFound' })
  })

  it.each([
    ['an id that is too long', `2024-01-01T00:00:00.000Z#${'x'.repeat(3000)}`],
    ['no time', `${'x'.repeat(3000)}#a`],
    ['no id', '2024-01-01T00:00:00.000Z#'],
  ])('is no position in a list: %s', async (_, position) => {
    const nextToken = encodePageToken('listSongs', [position, '', '', ''])
    const query = 'query ($nextToken: String) { listSongs(nextToken: $nextToken) { items { id } } }'
    expect(await ask(query, { nextToken })).toMatchObject({ code: 'BadInput' })
  })
})

describe('a page of a result', () => {
  it('says what is wrong with a place that the result does not have', async () => {
    const taskId = await succeeded('Numbers')
    const nextToken = encodePageToken(`taskResultNumbers|${taskId}`, 'nowhere')
    const query =
      'query ($taskId: ID!, $nextToken: String) { taskResultNumbers(taskId: $taskId, nextToken: $nextToken) { result } }'
    expect(await ask(query, { taskId, nextToken })).toMatchObject({ code: 'TaskFailed' })
  })

  it('is at most 4 MB as the client gets it, the names of its fields included', async () => {
    const taskId = await succeeded('Wide')
    const query = `query ($taskId: ID!, $nextToken: String) { page: taskResultWide(taskId: $taskId, nextToken: $nextToken) { result { ${NAMES.join(' ')} } nextToken } }`
    let rows = 0
    let nextToken: string | null = null
    do {
      const { data } = await ask(query, { taskId, nextToken })
      rows += data.page.result.length
      nextToken = data.page.nextToken
      expect(JSON.stringify(data.page.result).length).toBeLessThanOrEqual(4 * 1024 * 1024)
    } while (nextToken !== null)
    expect(rows).toBe(1000)
  })
})
