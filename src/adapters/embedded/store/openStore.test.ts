import { mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { taskItem, userItem } from '../../../../test/store/storedItems.js'
import { temporaryFolder } from '../../../../test/store/temporaryStore.js'
import { entityKey, taskKey } from '../../../model/keys.js'
import { StoreError } from '../../../ports/storeError.js'
import { DataFolderError } from './dataFolderError.js'
import { closeEnvironment, openEnvironment } from './environment.js'
import { settleFormat } from './format.js'
import { putMetaValue } from './meta.js'
import { openStore } from './openStore.js'

let folder: string
let remove: () => Promise<void>

beforeEach(async () => {
  const made = await temporaryFolder()
  folder = join(made.folder, 'data')
  remove = made.remove
})
afterEach(() => remove())

async function refusal(path: string): Promise<DataFolderError> {
  const error = await openStore(path).then(
    async (store) => {
      await store.close()
      return undefined
    },
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DataFolderError)
  return error as DataFolderError
}

describe('the folder', () => {
  test('is made for its owner alone, and found again', async () => {
    const first = await openStore(folder)
    await first.table.write({ kind: 'put', item: userItem('a') })
    await first.close()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await readdir(folder)).toEqual(['store'])
    const second = await openStore(folder)
    expect(second.id).toBe(first.id)
    expect(second.table.read(entityKey('user', 'a'))).toEqual(userItem('a'))
    await second.close()
  })

  test('may be open twice in one process', async () => {
    const [one, two] = await Promise.all([openStore(folder), openStore(folder)])
    expect(one.id).toBe(two.id)
    await one.table.write({ kind: 'put', item: userItem('a') })
    expect(two.table.read(entityKey('user', 'a'))).toBeDefined()
    await one.close()
    await two.table.write({ kind: 'delete', key: entityKey('user', 'a') })
    expect(two.feed.head()).toBe(2)
    await two.close()
  })

  test('may be opened, used and closed in one process while it writes', async () => {
    const busy = await openStore(folder)
    let stop = false
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; !stop; n++) await busy.table.write({ kind: 'put', item: userItem(`${writer}.${n}`) })
    })
    const heard: number[] = []
    for (let round = 0; round < 30; round++) {
      const [one, two] = await Promise.all([openStore(folder), openStore(folder)])
      one.feed.onCommit((head) => heard.push(head))
      await one.table.write({ kind: 'put', item: userItem(`round-${round}`) })
      await one.close()
      expect(two.table.read(entityKey('user', `round-${round}`))).toBeDefined()
      expect(() => one.feed.head()).toThrow(StoreError)
      await two.close()
    }
    stop = true
    await Promise.all(writers)
    expect(heard.length).toBeGreaterThan(0)
    const count = heard.length
    await busy.table.write({ kind: 'put', item: userItem('after') })
    expect(heard).toHaveLength(count)
    const closing = busy.close()
    const again = await openStore(folder)
    await closing
    expect(again.table.read(entityKey('user', 'after'))).toBeDefined()
    await again.close()
  })

  test('that is a file is refused', async () => {
    await writeFile(folder, '')
    expect(await refusal(folder)).toMatchObject({ reason: 'unwritable' })
    expect(await refusal(join(folder, 'deeper'))).toMatchObject({ reason: 'unwritable' })
  })

  test('with something else in the place of the store is refused', async () => {
    await mkdir(join(folder, 'store'), { recursive: true })
    await writeFile(join(folder, 'store', 'data.mdb'), 'These are no pages of a store. '.repeat(1000))
    const error = await refusal(folder)
    expect(error.reason).toBe('corrupt')
    expect(error.message).toContain(folder)
  })

  test('whose store has lost its end is refused', async () => {
    const store = await openStore(folder)
    await store.table.createBulk(Array.from({ length: 5000 }, (_, n) => userItem(`u${n}`)))
    await store.close()
    const file = join(folder, 'store', 'data.mdb')
    await truncate(file, Math.floor((await stat(file)).size / 8192) * 4096)
    expect(await refusal(folder)).toMatchObject({ reason: 'corrupt' })
  })
})

describe('the format', () => {
  const withFormat = async (format: string) => {
    await (await openStore(folder)).close()
    const environment = openEnvironment(join(folder, 'store'), () => undefined)
    await environment.root.transaction(() => putMetaValue(environment, 'format', format))
    await closeEnvironment(environment)
  }

  test('of a later version is refused, naming both', async () => {
    await withFormat('2')
    const error = await refusal(folder)
    expect(error.reason).toBe('newerFormat')
    expect(error.message).toContain('format 2')
    expect(error.message).toContain('up to 1')
    expect(error.message).toContain(folder)
  })

  test('that is no number is refused', async () => {
    await withFormat('soon')
    expect(await refusal(folder)).toMatchObject({ reason: 'corrupt' })
  })

  test('of an earlier version is brought up to date step by step', async () => {
    await (await openStore(folder)).close()
    const environment = openEnvironment(join(folder, 'store'), () => undefined)
    const steps: string[] = []
    const migrations = { 1: () => void steps.push('1 to 2'), 2: () => void steps.push('2 to 3') }
    const settle = () => environment.root.transaction(() => settleFormat(environment, folder, 3, migrations))
    const id = await settle()
    expect(await settle()).toBe(id)
    expect(steps).toEqual(['1 to 2', '2 to 3'])
    await expect(
      environment.root.transaction(() => settleFormat(environment, folder, 5, migrations)),
    ).rejects.toBeInstanceOf(DataFolderError)
    await closeEnvironment(environment)
  })
})

describe('close', () => {
  test('waits for writes under way and refuses later ones', async () => {
    const store = await openStore(folder)
    const writes = Array.from({ length: 50 }, (_, n) =>
      store.table.write({ kind: 'put', item: userItem(`u${n}`) }),
    )
    const closed = store.close()
    for (const write of writes) expect(await write).toEqual({ ok: true })
    await closed
    await store.close()
    const failures = [
      store.table.write({ kind: 'put', item: userItem('late') }),
      store.table.get(entityKey('user', 'u1')),
      store.queue('cascade').receive(1, 1000),
    ]
    for (const failure of failures) {
      await expect(failure).rejects.toBeInstanceOf(StoreError)
      await expect(failure).rejects.toMatchObject({ failure: 'unavailable' })
    }
    expect(() => store.feed.head()).toThrow(StoreError)
    const again = await openStore(folder)
    expect(again.stats().items).toBe(50)
    await again.close()
  })
})

describe('the sweep', () => {
  test('removes expired tasks, and only them', async () => {
    const store = await openStore(folder)
    for (let n = 0; n < 2500; n += 500) {
      await store.table.createBulk(Array.from({ length: 500 }, (_, at) => taskItem(`t${n + at}`, n + at)))
    }
    await store.table.write({ kind: 'put', item: userItem('a', { expiresAt: 1 }) })
    const { expiresAt: _expiresAt, ...endless } = taskItem('endless', 0)
    await store.table.write({ kind: 'put', item: endless as never })
    const removed = await store.table.deleteExpired(1999)
    expect(removed.toSorted()).toEqual(Array.from({ length: 2000 }, (_, n) => `t${n}`).toSorted())
    expect(await store.table.deleteExpired(1999)).toEqual([])
    expect(store.table.read(taskKey('t2000'))).toBeDefined()
    expect(store.stats().items).toBe(502)
    await store.close()
  })
})
