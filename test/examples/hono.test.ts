import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/hono/app.js'

let folder: string
let example: Awaited<ReturnType<typeof createApp>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-hono-'))
  example = await createApp(join(folder, 'data'))
})
afterAll(async () => {
  await example?.close()
  await rm(folder, { recursive: true, force: true })
})

it('answers GraphQL and its own route from the same data', async () => {
  for (const [place, stars] of [
    ['Bern', 5],
    ['Bern', 4],
    ['Ulm', 5],
  ]) {
    const query = 'mutation ($input: CreateNoteInput!) { createNote(input: $input) { place } }'
    const answer = await graphql(query, { input: { place, stars, text: '…' } })
    expect(answer).toEqual({ data: { createNote: { place } } })
  }
  const best = await example.app.request('/best')
  expect(best.status).toBe(200)
  expect(await best.json()).toEqual([
    { place: 'Ulm', stars: 5 },
    { place: 'Bern', stars: 4.5 },
  ])
  expect(await graphql('{ bestPlaces(atLeast: 2) { place notes } }')).toEqual({
    data: { bestPlaces: [{ place: 'Bern', notes: 2 }] },
  })
})

it('has no other route', async () => {
  expect((await example.app.request('/elsewhere')).status).toBe(404)
})

async function graphql(query: string, variables?: Readonly<Record<string, unknown>>): Promise<unknown> {
  const response = await example.app.request('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return response.json()
}
