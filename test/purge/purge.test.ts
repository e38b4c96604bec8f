import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Host } from '../../src/host/host.js'
import { performMaintenance } from '../../src/host/maintenance/perform.js'
import { runMaintenance } from '../../src/host/maintenance/runMaintenance.js'
import { type Backend, openBackend } from '../../src/host/openBackend.js'
import { RESULT_PURGED } from '../../src/host/purge/clearResults.js'
import type { Json } from '../../src/model/json.js'
import { entityKey, relationDataKey } from '../../src/model/keys.js'
import { CANARY, ERROR_NOTE, ID, neighbour, RELATION_NOTE, SCHEMA, TRACES } from './canaries.js'
import { searchFolder } from './searchFolder.js'

const NEIGHBOURS = 300

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-purge-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function run(backend: Backend, query: string, variables: Record<string, Json> = {}) {
  const { data, errors } = await backend.execute({ query, variables })
  if (errors) throw new Error(JSON.stringify(errors))
  return data as Record<string, Json>
}

const CREATE = 'mutation ($input: CreatePersonInput!) { createPerson(input: $input) { id } }'

async function runTask(backend: Backend, name: string, args = ''): Promise<string> {
  const trigger = `triggerTask${name}`
  const triggered = await run(backend, `mutation { ${trigger}${args} { taskId } }`)
  const { taskId } = triggered[trigger] as { taskId: string }
  for (;;) {
    const state = await taskOf(backend, name, taskId)
    if (state.taskStatus !== 'RUNNING') return taskId
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function taskOf(backend: Backend, name: string, taskId: string) {
  const field = `taskResult${name}`
  const answer = await run(
    backend,
    `query { ${field}(taskId: "${taskId}") { taskStatus error result ${name === 'Teams' ? '' : '{ id }'} } }`,
  )
  return answer[field] as { taskStatus: string; error: string | null; result: Json }
}

/** A folder in which a row has left its traces everywhere: tasks, relations, a published lake, a dead letter. */
async function fill(backend: Backend) {
  const create = (input: unknown) => run(backend, CREATE, { input: input as Json })
  const neighbours = Array.from({ length: NEIGHBOURS }, (_, at) => neighbour(at))
  // In the middle of its neighbours, in time as in the order of keys.
  await Promise.all(neighbours.slice(0, NEIGHBOURS / 2).map(create))
  await create(CANARY)
  await Promise.all(neighbours.slice(NEIGHBOURS / 2).map(create))
  for (const id of ['one', 'two'])
    await run(backend, `mutation { createTeam(input: { id: "${id}", title: "Team ${id}" }) { id } }`)
  for (const [person, team, note] of [
    [ID, 'one', RELATION_NOTE],
    [ID, 'two', RELATION_NOTE],
    ['neighbour-1', 'one', 'fine'],
  ]) {
    await run(backend, `mutation { join(personId: "${person}", teamId: "${team}", note: "${note}") }`)
  }
  await run(backend, `mutation { follow(from: "${ID}", to: "neighbour-2") }`)
  await run(backend, `mutation { follow(from: "neighbour-3", to: "${ID}") }`)
  // Replaced values are values of the row, too.
  const update =
    'mutation ($id: ID!, $input: UpdatePersonInput!) { updatePerson(id: $id, input: $input) { id } }'
  await run(backend, update, { id: ID, input: { tags: ['Ztag-e2Rf7Tg5'] } })
  const tasks = {
    everybody: await runTask(backend, 'Everybody'),
    byName: await runTask(backend, 'ByName', `(name: "${CANARY.name}")`),
    teams: await runTask(backend, 'Teams'),
  }
  await backend.host.sql.publish({ fresh: true })
  await backend.host.store.deadLetters.add({
    source: 'projection',
    subject: {
      key: entityKey('person', ID),
      new: { entityType: 'person', createdAt: '', incarnation: 'i', rev: 1 },
    },
    error: `Could not convert "${ERROR_NOTE}".`,
    attempts: 3,
  })
  return tasks
}

async function expectOthersUnharmed(backend: Backend): Promise<void> {
  for (let at = 0; at < NEIGHBOURS; at += 37) {
    const { readPerson } = await run(
      backend,
      `{ readPerson(id: "neighbour-${at}") { name bio age score active tags place { city floors } } }`,
    )
    const { id: _id, mood: _mood, seenAt: _seen, born: _born, ...fields } = neighbour(at)
    expect(readPerson).toEqual(fields)
  }
  expect(await run(backend, '{ people members }')).toEqual({ people: NEIGHBOURS, members: 1 })
}

const NOTHING = async () => undefined

const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal }

/** Everything that the traces were found in before, so that a search that finds nothing says something. */
const PLACES = ['store/data.mdb', '.duckdb', 'lake/tables/person', 'lake/tables/member', 'results/']

function expectEverywhere(hits: readonly string[]): void {
  for (const place of PLACES) {
    if (!hits.some((hit) => hit.includes(place))) expect(hits).toContain(place)
  }
}

test('nothing is left of a row while a host runs, and the others are unharmed', {
  timeout: 120_000,
}, async () => {
  const data = await temporaryFolder()
  const backend = await openBackend({ schema: SCHEMA, data })
  try {
    const tasks = await fill(backend)
    expectEverywhere(await searchFolder(data, TRACES))
    // A deletion alone leaves it in all of these places.
    await run(backend, `mutation { deletePerson(id: "${ID}") { deleted } }`)
    await backend.host.sql.waitUntilFresh(10_000)
    expectEverywhere(await searchFolder(data, TRACES))

    // So does a purge that leaves out a step, in the place of that step.
    const work = { kind: 'purge', table: 'person', id: ID } as const
    const { host } = backend
    const sql = { ...host.sql, rewriteImage: NOTHING, publish: NOTHING } as unknown as Host['sql']
    const store = { ...host.store, scrub: async () => ({ pages: 0, cleaned: 0 }) }
    await performMaintenance({ ...host, sql, store }, work, OPTIONS)
    const left = await searchFolder(data, TRACES)
    const found = PLACES.filter((place) => left.some((hit) => hit.includes(place)))
    expect(found).toEqual(PLACES.filter((place) => place !== 'results/'))

    const outcome = await performMaintenance(backend.host, work, OPTIONS)
    expect(outcome).toMatchObject({ found: false, tasks: 0, published: true })
    expect(await searchFolder(data, TRACES)).toEqual([])
    await expectOthersUnharmed(backend)

    for (const [name, id] of [
      ['Everybody', tasks.everybody],
      ['ByName', tasks.byName],
    ] as const) {
      expect(await taskOf(backend, name, id)).toEqual({
        taskStatus: 'FAILED',
        error: RESULT_PURGED,
        result: null,
      })
    }
    // One that reads another table keeps its result.
    expect(await taskOf(backend, 'Teams', tasks.teams)).toMatchObject({ result: ['Team one', 'Team two'] })

    // The life after it brings nothing back.
    await run(backend, CREATE, { input: neighbour(1000) as Json })
    await backend.host.sql.publish({ fresh: true })
    await run(backend, 'mutation { deletePerson(id: "neighbour-1000") { deleted } }')
    await backend.host.sql.waitUntilFresh(10_000)
    expect(await searchFolder(data, TRACES)).toEqual([])
  } finally {
    await backend.close()
  }
  expect(await searchFolder(data, TRACES)).toEqual([])
})

test('works without a host, takes the relations along, and again', { timeout: 120_000 }, async () => {
  const data = await temporaryFolder()
  const backend = await openBackend({ schema: SCHEMA, data })
  await fill(backend)
  const { project } = backend.host
  await backend.close()
  expectEverywhere(await searchFolder(data, TRACES))
  const options = {
    folder: data,
    project: async () => project,
    work: { kind: 'purge', table: 'person', id: ID } as const,
  }
  expect(await runMaintenance(options)).toMatchObject({ found: true, relations: 4, tasks: 2 })
  expect(await searchFolder(data, TRACES)).toEqual([])
  expect(await runMaintenance(options)).toMatchObject({ found: false, relations: 0, tasks: 0 })
  const again = await openBackend({ schema: SCHEMA, data })
  try {
    await expectOthersUnharmed(again)
  } finally {
    await again.close()
  }
  expect(await searchFolder(data, TRACES)).toEqual([])
})

test('purges one relation, and refuses what there is not', { timeout: 120_000 }, async () => {
  const data = await temporaryFolder()
  const backend = await openBackend({ schema: SCHEMA, data })
  try {
    await fill(backend)
    const { store } = backend.host
    const relations = store.table.readPage({ prefix: 'joinTableData#', limit: 100 })
    const noted = relations.filter(({ note }) => note === RELATION_NOTE)
    expect(noted).toHaveLength(2)
    for (const { relationId } of noted) {
      const id = String(relationId)
      const purge = (table: string) => performMaintenance(backend.host, { kind: 'purge', table, id }, OPTIONS)
      await expect(purge('follows')).rejects.toMatchObject({ code: 'BadInput' })
      expect(await purge('member')).toMatchObject({ found: true })
      expect(store.table.read(relationDataKey(id))).toBeUndefined()
    }
    expect(
      await searchFolder(data, ['c8Vb3Nm6', ...noted.map(({ relationId }) => String(relationId))]),
    ).toEqual([])
    expect(await run(backend, `{ readPerson(id: "${ID}") { name } }`)).toEqual({
      readPerson: { name: CANARY.name },
    })

    const missing = { kind: 'purge', table: 'persn', id: 'x' } as const
    await expect(performMaintenance(backend.host, missing, OPTIONS)).rejects.toMatchObject({
      code: 'BadInput',
      message: 'There is no entity or join table "persn". Did you mean person?',
    })
    const never = { kind: 'purge', table: 'person', id: 'never' } as const
    expect(await performMaintenance(backend.host, never, OPTIONS)).toMatchObject({ found: false })
  } finally {
    await backend.close()
  }
})
