import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openEmbeddedImport } from '../../src/cli/targets/embeddedImport.js'
import { type Backend, compileSchema, openBackend } from '../../src/index.js'
import type { Project } from '../../src/model/types.js'
import { importRows } from '../../src/runtime/import/importRows.js'

let folder: string
let backend: Backend

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-beside-'))
})

afterEach(async () => {
  await backend.close()
  await rm(folder, { recursive: true, force: true })
})

it('is refused for a row that contradicts it and is written while it reads', async () => {
  await open('type Song { id: ID! a: Int }')
  await fill(2500)
  const reloaded = reload('type Song { id: ID! a: Int! }')
  // Its key comes before all that are stored: the reading may be past it.
  expect(await run('mutation { createSong(input: { id: "0" }) { id } }')).toEqual([])
  await expect(reloaded).rejects.toThrow(/Song\.a contradicts a stored row/)
  expect(await run('mutation { createSong(input: { id: "1" }) { id } }')).toEqual([])
  expect(await ask('SELECT count(*) FROM song')).toEqual([[2502]])
})

it('is refused for a row of a type that it removes', async () => {
  await open('type Song { id: ID! a: Int } type Gone { id: ID! }')
  await fill(2500)
  const reloaded = reload('type Song { id: ID! a: Int! }')
  expect(await run('mutation { createGone(input: { id: "g" }) { id } }')).toEqual([])
  await expect(reloaded).rejects.toThrow(/The table gone is no longer in the schema/)
  expect(await ask('SELECT id FROM gone')).toEqual([['g']])
})

it('loses no row that was acknowledged, and refuses none of a table that stays as it is', async () => {
  await open('type Song { id: ID! a: Int } type Other { id: ID! b: Int }')
  await fill(1500)
  let isDone = false
  let songs = 1500
  let others = 0
  const creating = async (writer: number) => {
    while (!isDone) {
      // One that was checked when the field was optional may come too late, and is refused.
      if (
        (await run(`mutation { createSong(input: { id: "n${songs}-${writer}", a: 1 }) { id } }`)).length === 0
      )
        songs += 1
      expect(await run(`mutation { createOther(input: { id: "o${others}-${writer}" }) { id } }`)).toEqual([])
      others += 1
      await nextTurn()
    }
  }
  const writers = [1, 2, 3, 4].map(creating)
  for (const required of ['!', '', '!'])
    await reload(`type Song { id: ID! a: Int${required} } type Other { id: ID! b: Int }`)
  isDone = true
  await Promise.all(writers)
  expect(await ask('SELECT count(*), count(a) FROM song')).toEqual([[songs, songs]])
  expect(await ask('SELECT count(*) FROM other')).toEqual([[others]])
  expect((await backend.host.sql.verify()).differences).toEqual([])
})

it('leaves every row in force whole, whoever writes without a pause', async () => {
  await open('type Song { id: ID! a: Int }')
  await fill(1500)
  let isDone = false
  const reloaded = reload('type Song { id: ID! a: Int! }').then(
    () => true,
    () => false,
  )
  const writing = (async () => {
    for (let count = 0; !isDone; count++) {
      await run(`mutation { createSong(input: { id: "n${count}" }) { id } }`)
      await nextTurn()
    }
  })()
  const isReloaded = await reloaded
  isDone = true
  await writing
  const lacking = await ask('SELECT count(*) FROM song WHERE a IS NULL')
  if (isReloaded) expect(lacking).toEqual([[0]])
  else expect(lacking).not.toEqual([[0]])
})

it('is refused for rows that a type has left when it went, should it come back', async () => {
  await open('type Song { id: ID! } type Gone { id: ID! a: String }')
  await reload('type Song { id: ID! }')
  const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' }
  const item = { PK: 'gone#1', SK: 'gone#1', entityType: 'gone', id: '1', a: 'text', _rev: 1, ...times }
  await backend.host.store.table.write({ kind: 'put', item })
  await expect(reload('type Song { id: ID! } type Gone { id: ID! a: Int }')).rejects.toThrow(
    /Gone\.a contradicts a stored row/,
  )
  await reload('type Song { id: ID! } type Gone { id: ID! a: String }')
  expect(await ask('SELECT id, a FROM gone')).toEqual([['1', 'text']])
})

it('leaves nothing behind in SQL when it is refused at last', async () => {
  await open('type Song { id: ID! a: Int } type Other { id: ID! b: String }')
  // Their column becomes another one, so that SQL makes the table anew.
  expect(await backend.importRows('song', [{ id: 's' }])).toMatchObject({ created: 1 })
  const next = await projectOf('type Song { id: ID! a: [Int] } type Other { id: ID! b: Int }')
  let written: Promise<unknown> | undefined
  const reloaded = backend.host.reload(next, {
    // The tables of the other model are about to be shown: rows are held against them from now on.
    onProgress: (work) => {
      if (work === 'make') written ??= run('mutation { createOther(input: { id: "o", b: "text" }) { id } }')
    },
  })
  await expect(reloaded).rejects.toThrow(/Other\.b contradicts a stored row/)
  expect(await written).toEqual([])
  expect(await ask('SELECT id, b FROM other')).toEqual([['o', 'text']])
  expect(backend.host.store.deadLetters.count()).toBe(0)
  expect((await backend.host.sql.verify()).differences).toEqual([])
})

it('ends an import of another process, whose rows were checked against the former model', async () => {
  await open('type Song { id: ID! a: Int }')
  const beside = await openEmbeddedImport(backend.host.project, folder, {})
  try {
    expect(await importRows(beside.context, 'song', [{ id: '1', a: 1 }])).toMatchObject({ created: 1 })
    await reload('type Song { id: ID! a: Int! }')
    await expect(importRows(beside.context, 'song', [{ id: '2' }])).rejects.toThrow(/amid the import/)
  } finally {
    await beside.close()
  }
  expect(await ask('SELECT id, a FROM song')).toEqual([['1', 1]])
})

async function open(schema: string): Promise<void> {
  backend = await openBackend({ schema: await projectOf(schema), data: folder, lake: { publishSeconds: 0 } })
}

async function projectOf(text: string): Promise<Project> {
  const result = await compileSchema([{ file: 's.graphql', text }], { project: 'beside' })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.project
}

async function fill(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, a: index }))
  expect(await backend.importRows('song', rows)).toMatchObject({ created: count })
}

async function reload(schema: string): Promise<void> {
  await backend.host.reload(await projectOf(schema))
}

/** Errors of the answer. */
async function run(query: string): Promise<readonly unknown[]> {
  return (await backend.execute({ query })).errors ?? []
}

async function ask(sql: string) {
  return (await backend.host.sql.query(sql, { timeoutMs: 20_000, maxRows: 10 })).rows
}
