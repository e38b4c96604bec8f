import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openApi } from '../../src/host/openApi.js'
import { type Backend, openBackend } from '../../src/host/openBackend.js'
import { type Listening, listen } from '../../src/server/listen.js'
import { post } from './shopServer.js'

const SCHEMA = /* GraphQL */ `
  directive @sql_query(query: String!, mode: SqlMode = TASK) on FIELD_DEFINITION
  enum SqlMode { TASK SYNC }

  type Song {
    id: ID!
    title: String!
    seconds: Int
    rating: Float
    released: AWSDate
  }

  type Query {
    countSongs: Int @sql_query(query: "SELECT count(*) FROM song", mode: SYNC)
    failSongs(by: Int = 0): Int @sql_query(query: "SELECT 1 / $args.by FROM song", mode: SYNC)
  }
`

let folder: string
let backend: Backend
let server: Listening
let endpoint: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-server-'))
  backend = await openBackend({ schema: SCHEMA, data: folder })
  const api = openApi(backend.host, { auth: { mode: 'loopbackFree', apiKeys: ['key'] } })
  server = await listen({ handler: api.handler, port: 0 })
  endpoint = `${server.url}/graphql`
})

afterAll(async () => {
  await server?.close()
  await backend?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the server before the real backend', () => {
  it('writes, reads, changes and deletes', async () => {
    const fields = 'id title seconds rating released createdAt updatedAt'
    const created = await post(endpoint, {
      query: `mutation C($input: CreateSongInput!) { createSong(input: $input) { ${fields} } }`,
      variables: { input: { id: 's1', title: 'One', seconds: 61, rating: 4.5, released: '2024-02-29' } },
    })
    expect(created.json.errors).toBeUndefined()
    const song = created.json.data?.createSong as Record<string, unknown>
    expect(song).toMatchObject({ id: 's1', title: 'One', rating: 4.5 })
    const read = await post(endpoint, { query: `{ readSong(id: "s1") { ${fields} } }` })
    expect(read.json.data).toEqual({ readSong: song })
    const updated = await post(endpoint, {
      query:
        'mutation { updateSong(id: "s1", input: { seconds: null, title: "Two" }) { title seconds rating } }',
    })
    expect(updated.json.data).toEqual({ updateSong: { title: 'Two', seconds: null, rating: 4.5 } })
    const deleted = await post(endpoint, { query: 'mutation { deleteSong(id: "s1") { id deleted } }' })
    expect(deleted.json.data).toEqual({ deleteSong: { id: 's1', deleted: true } })
  })

  it('gives the codes of the runtime', async () => {
    const twice =
      'mutation { a: createSong(input: { id: "twice", title: "a" }) { id } b: createSong(input: { id: "twice", title: "b" }) { id } }'
    expect((await post(endpoint, { query: twice })).json.errors?.map((error) => error.errorType)).toEqual([
      'Conflict',
    ])
    const cases = [
      ['{ readSong(id: "none") { id } }', 'NotFound'],
      ['mutation { updateSong(id: "none", input: { title: "x" }) { id } }', 'NotFound'],
      ['{ readSong(id: "") { id } }', 'BadInput'],
      ['mutation { createSong(input: { title: "x", rating: 1e200 }) { id } }', 'BadInput'],
      ['{ listSongs(limit: 1001) { nextToken } }', 'BadInput'],
      ['{ listSongs(nextToken: "forged") { nextToken } }', 'BadInput'],
    ] as const
    for (const [query, code] of cases) {
      const { json } = await post(endpoint, { query })
      expect([query, json.errors?.[0]?.errorType]).toEqual([query, code])
    }
  })

  it('answers SQL, and tells no more of its failure than a client may know', async () => {
    await post(endpoint, { query: 'mutation { createSong(input: { id: "sql", title: "x" }) { id } }' })
    const { json } = await post(endpoint, { query: '{ countSongs }' })
    expect(json.data?.countSongs).toBeGreaterThan(0)
    const failed = await post(endpoint, { query: '{ failSongs }' })
    expect(failed.json.errors?.[0]?.errorType).toBe('TaskFailed')
    expect(JSON.stringify(failed.json)).not.toContain(folder)
  })

  it('is healthy and counts', async () => {
    await vi.waitUntil(async () => (await fetch(`${server.url}/health`)).status === 200, { timeout: 20_000 })
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toMatch(/ocg_operations_total\{kind="create",outcome="Conflict"\} 1/)
    expect(text).toMatch(/^ocg_feed_lag_records \d+$/m)
  })

  it('passes all audits', async () => {
    const results = await Promise.all(serverAudits({ url: endpoint }).map((audit) => audit.fn()))
    expect(results.filter((result) => result.status !== 'ok')).toEqual([])
  })

  it('answers the same by function call and by fetch', async () => {
    const query = '{ readSong(id: "twice") { title } }'
    const called = await backend.execute({ query })
    const fetched = await backend.fetch(
      new Request('http://any.example/api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    )
    expect(await fetched.json()).toEqual(JSON.parse(JSON.stringify(called)))
  })
})
