import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../adapters/embedded/store/openStore.js'
import type { Store } from '../adapters/embedded/store/store.js'
import { compileSchema } from '../index.js'
import type { Project } from '../model/types.js'
import type { PutWrite } from '../ports/itemTable.js'
import { openWriteGate } from './writeGate.js'

let folder: string
let store: Store

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-gate-'))
  store = await openStore(folder)
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

describe('while a model gives way to another one', () => {
  it('keeps writes waiting, and then refuses those only that may not fit', async () => {
    const [former, next] = await Promise.all([
      projectOf('type Song { id: ID! a: Int } type List { id: ID! a: Int } type Gone { id: ID! }'),
      projectOf('type Song { id: ID! a: Int! } type List { id: ID! a: Float b: Int }'),
    ])
    const gate = openWriteGate(store.table, former)
    const table = gate.tableFor(former)
    await table.write(put('song', '1'))
    const late: Promise<unknown>[] = []
    await gate.change(next, async () => {
      const delayed = [
        table.write(put('song', '2')),
        table.createBulk([put('song', '3').item]),
        table.transactBulk([[put('gone', '1')]]),
        table.write({ kind: 'update', key: put('song', '1').item, set: { note: 'x' } }),
        table.transact([put('list', '1')]),
        table.write({ kind: 'delete', key: put('song', '1').item }),
      ]
      late.push(...delayed)
      const first = await Promise.race([
        ...delayed,
        new Promise((resolve) => setTimeout(resolve, 20, 'none')),
      ])
      expect(first).toBe('none')
    })
    const ends = await Promise.allSettled(late)
    expect(ends.map((end) => (end.status === 'fulfilled' ? 'written' : end.reason.failure))).toEqual([
      ...['throttled', 'throttled', 'throttled', 'throttled'],
      ...['written', 'written'],
    ])
    expect(await gate.tableFor(next).write(put('song', '4'))).toMatchObject({ ok: true })
    const { items } = await store.table.scan({ prefix: '', limit: 100 })
    expect(items.map(({ PK }) => PK).sort()).toEqual(['list#1', 'song#4'])
  })

  it('goes on with the former one when the change fails', async () => {
    const former = await projectOf('type Song { id: ID! a: Int }')
    const gate = openWriteGate(store.table, former)
    let late: Promise<unknown> | undefined
    const changed = gate.change(await projectOf('type Song { id: ID! a: Int! }'), async () => {
      late = gate.tableFor(former).write(put('song', '1'))
      throw new Error('No.')
    })
    await expect(changed).rejects.toThrow('No.')
    expect(await late).toMatchObject({ ok: true })
  })
})

function put(table: string, id: string): PutWrite {
  const key = `${table}#${id}`
  return {
    kind: 'put',
    item: { PK: key, SK: key, entityType: table, id, createdAt: '2026-01-01T00:00:00.000Z' },
  }
}

async function projectOf(text: string): Promise<Project> {
  const result = await compileSchema([{ file: 's.graphql', text }], { project: 'gate' })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.project
}
