import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Item } from '../../src/ports/itemTable.js'
import { ocg, request, type Served, serveOcg, startOcg } from '../cli/ocg.js'
import { SCHEMA, workFolder } from '../cli/workFolder.js'
import { emptyLedger, type Ledger, UnexpectedAnswer, writeUntilKilled } from './killClient.js'

/** Each run has a seed of its own, and so other moments. `OCG_KILLS=500` looks longer; the soak kills for ten minutes. */
const KILLS = Number(process.env.OCG_KILLS ?? 50)
const CLIENTS = ['a', 'b', 'c', 'd']
const ARGS = ['-n', 'shop', '--data', 'data']

/** Two statements more, by which SQL tells all that it holds. */
const ALL_ROWS = `
  allTracks: [TrackRow!] @sql_query(mode: SYNC, query: "SELECT id, name FROM track")
  allPlaced: [PlacedRow!] @sql_query(mode: SYNC, query: "SELECT playlistId, trackId, position FROM playlist_track")
}
type TrackRow @task_response { id: ID! name: String! }
type PlacedRow @task_response { playlistId: ID! trackId: ID! position: Int }
`

test(`kill -9 ${KILLS} times under load: what was acknowledged is there, nothing twice, SQL equals the table`, {
  timeout: 600_000,
}, async () => {
  const schema = SCHEMA.replace('}\n\ntype Mutation', `${ALL_ROWS}\ntype Mutation`)
  const cwd = await workFolder({ 'schema.graphql': schema })
  const seed = Number(process.env.OCG_SEED ?? Date.now() % 1e6)
  const random = seeded(seed)
  const ledgers = new Map(CLIENTS.map((client) => [client, emptyLedger()]))

  const first = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
  for (const client of CLIENTS) {
    const { errors } = await request(
      first,
      `mutation { createPlaylist(input: { id: "p-${client}", name: "P" }) { id } }`,
    )
    expect(errors).toBeUndefined()
  }
  await first.stop('SIGKILL')

  let answered = 0
  for (let round = 0; round < KILLS; round += 1) {
    const started = await startOcg(['serve', ...ARGS, '--port', '0', '--log-level', 'error'], { cwd })
    // Now and then before it is ready: a start can be killed as well.
    if (random() < 0.15) {
      await sleep(random() * 700)
      await started.stop('SIGKILL')
      continue
    }
    const served = await started.ready
    answered += 1
    const killed = new AbortController()
    const clients = [...ledgers].map(([client, ledger]) =>
      writeUntilKilled(served, client, ledger, random, killed.signal),
    )
    await sleep(random() * 900)
    await served.stop('SIGKILL')
    killed.abort()
    const results = await Promise.allSettled(clients)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
  expect(answered).toBeGreaterThan(KILLS / 2)

  const last = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
  await untilQuiet(last, cwd, ledgers)
  await checkAcknowledged(last, ledgers)
  expect(await last.stop()).toMatchObject({ code: 0 })
  await checkItems(join(cwd, 'data'))
  process.stderr.write(
    `kill test: seed ${seed}, ${[...ledgers.values()].map(({ tracks }) => tracks.size)} tracks\n`,
  )
})

/**
 * Waits until no task runs, no placing is left that has to go, and no message: one that a killed host had at hand comes
 * again a minute later, also when its work was done already.
 */
async function untilQuiet(served: Served, cwd: string, ledgers: ReadonlyMap<string, Ledger>): Promise<void> {
  const end = performance.now() + 150_000
  for (;;) {
    const { stdout } = await ocg(['tasks', ...ARGS, '--json', '--status', 'RUNNING'], { cwd })
    const { total } = JSON.parse(stdout) as { total: number }
    const { data } = await request(served, '{ allPlaced { playlistId trackId position } }')
    const present = new Set((data.allPlaced as Placed[]).map(placing))
    const late = [...ledgers.values()].flatMap(({ gone }) => [...gone].filter((one) => present.has(one)))
    if (total === 0 && late.length === 0 && (await waitingMessages(served)) === 0) return
    if (performance.now() > end) {
      throw new Error(
        `${total} tasks still run or messages wait, and these relations should be gone: ${late.slice(0, 5).join(', ')}`,
      )
    }
    await sleep(500)
  }
}

async function waitingMessages({ url, apiKey }: Served): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { 'x-api-key': apiKey } })
  const counts = [...(await response.text()).matchAll(/^ocg_queue_messages\{.*\} (\d+)$/gm)]
  expect(counts).toHaveLength(2)
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

interface Placed {
  readonly playlistId: string
  readonly trackId: string
  readonly position: number
}

function placing({ playlistId, trackId, position }: Placed): string {
  return `${playlistId}|${trackId}|${position}`
}

async function checkAcknowledged(served: Served, ledgers: ReadonlyMap<string, Ledger>): Promise<void> {
  const listed = await listAll(served)
  const { data } = await request(
    served,
    '{ allTracks { id name } allPlaced { playlistId trackId position } }',
  )
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
  expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length)
  expect([...data.allTracks].sort(byId)).toEqual([...listed].sort(byId))

  const names = new Map(listed.map(({ id, name }) => [id, name]))
  const pairs = (data.allPlaced as Placed[]).map(({ playlistId, trackId }) => `${playlistId}|${trackId}`)
  expect(new Set(pairs).size).toBe(pairs.length)
  const present = new Set((data.allPlaced as Placed[]).map(placing))
  const known = new Set<string>()
  for (const [client, { tracks, placed, unknown, tasks }] of ledgers) {
    for (const [id, states] of tracks) {
      expect(states, `track ${id} of client ${client}`).toContain(names.get(id) ?? null)
      known.add(id)
    }
    for (const one of placed) expect(present, `placing ${one}`).toContain(one)
    for (const one of [...placed, ...unknown]) known.add(one)
    for (const id of tasks) await checkTask(served, id)
  }
  // Nothing is there that nobody has written.
  expect(listed.filter(({ id }) => !known.has(id))).toEqual([])
  expect([...present].filter((one) => !known.has(one))).toEqual([])
}

async function checkTask(served: Served, id: string): Promise<void> {
  const query = `{ names: taskResultTrackNames(taskId: "${id}") { taskStatus error }
                   clear: taskResultClear(taskId: "${id}") { taskStatus error } }`
  // Each task answers through its own field only; the other one says NotFound.
  const answers = await Promise.all(
    ['taskResultTrackNames', 'taskResultClear'].map((field) =>
      request(served, `{ task: ${field}(taskId: "${id}") { taskStatus error } }`),
    ),
  )
  const found = answers.map(({ data }) => data?.task).filter(Boolean)
  expect(found, query).toEqual([{ taskStatus: 'SUCCEEDED', error: null }])
}

async function listAll(served: Served): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = []
  let token: string | null = null
  do {
    const { data, errors } = await request(
      served,
      'query ($token: String) { listTracks(limit: 1000, nextToken: $token) { items { id name } nextToken } }',
      { token },
    )
    if (errors) throw new UnexpectedAnswer(JSON.stringify(errors))
    found.push(...data.listTracks.items)
    token = data.listTracks.nextToken
  } while (token !== null)
  return found
}

/** Every relation has all its sides, every side its relation, and all of them entities that exist. */
async function checkItems(folder: string): Promise<void> {
  const store = await openStore(folder)
  try {
    const items: Item[] = []
    for (let page = store.table.readPage({ prefix: '', limit: 1000 }); page.length > 0; ) {
      items.push(...page)
      const { PK, SK } = page.at(-1) as Item
      page = store.table.readPage({ prefix: '', limit: 1000, after: { PK, SK } })
    }
    const keys = new Set(items.map(({ PK }) => PK))
    const relations = items.filter(({ PK }) => PK.startsWith('joinTableData#'))
    const sides = items.filter(({ entityType }) => entityType === 'joinRelation')
    expect(sides).toHaveLength(relations.length * 2)
    const orphans = sides.filter(
      (side) =>
        !keys.has(`joinTableData#${String(side.relationId)}`) ||
        !keys.has(`${String(side.relatedEntityType)}#${String(side.relatedEntityId)}`),
    )
    expect(orphans).toEqual([])
    expect(store.deadLetters.count()).toBe(0)
    expect(store.stats().queueDepths).toEqual({ cascade: 0, deletion: 0 })
  } finally {
    await store.close()
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
