import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/store/temporaryStore.js'
import { StoreError } from '../../../ports/storeError.js'
import { type Committer, createGroupCommitter, type GroupCommitter } from './committer.js'
import { closeEnvironment, type Environment, openEnvironment } from './environment.js'
import { metaValue, putMetaValue } from './meta.js'
import { repeatedReads } from './repeatedReads.js'

let environment: Environment
let group: GroupCommitter
let hasRoom: boolean
let remove: () => Promise<void>

beforeEach(async () => {
  const place = await temporaryFolder()
  remove = place.remove
  const files = join(place.folder, 'store')
  await mkdir(files)
  environment = openEnvironment(files, () => undefined)
  hasRoom = true
  Object.assign(environment, { hasRoom: () => hasRoom })
  group = createGroupCommitter(environment)
})
afterEach(async () => {
  await closeEnvironment(environment)
  await remove()
})

const CHANGE = { key: { PK: 'user#1', SK: 'user#1' }, old: null, new: null } as never

function put(value: string, isChange = false): Promise<void> {
  return group.run(({ record }) => {
    putMetaValue(environment, 'name', value)
    if (isChange) record(CHANGE)
  }, Date)
}

const stored = () => metaValue(environment, 'name')

describe('on a disk without room', () => {
  test('rows are refused and leave nothing; the store still keeps what is its own', async () => {
    await put('before')
    hasRoom = false
    await expect(put('row', true)).rejects.toMatchObject({ failure: 'unavailable' })
    expect(group.failedAt()).toBeGreaterThan(Date.now() - 60_000)
    environment.root.resetReadTxn()
    expect(stored()).toBe('before')
    await put('own')
    hasRoom = true
    await put('after', true)
    environment.root.resetReadTxn()
    expect(stored()).toBe('after')
  })

  test('a group fails as a whole, at once', async () => {
    hasRoom = false
    const outcomes = await Promise.allSettled([put('a', true), put('b'), put('c', true)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })
})

describe('an environment that takes no more writes', () => {
  test('is opened again by the commit that finds it so, for all who hold it', async () => {
    await put('before')
    const { root } = environment
    await root.close()
    await expect(put('lost')).rejects.toBeInstanceOf(StoreError)
    expect(environment.root).not.toBe(root)
    expect(stored()).toBe('before')
    await put('after')
    environment.root.resetReadTxn()
    expect(stored()).toBe('after')
  })

  test('a sound one stays', async () => {
    const { root } = environment
    await environment.mend()
    expect(environment.root).toBe(root)
  })

  test('reads that meet it are done once more', async () => {
    await put('before')
    const reading = repeatedReads({ run: (work) => group.run(work, Date) } as Committer)
    await environment.root.close()
    expect(await reading(stored)()).toBe('before')
  })

  test('reads that find it again are refused, and other failures are told as they are', async () => {
    const reading = repeatedReads({ run: (work) => group.run(work, Date) } as Committer)
    let reads = 0
    const givenUp = reading(() => {
      reads += 1
      throw new Error('MDB_PANIC: Update of meta page failed or environment had fatal error')
    })
    await expect(givenUp()).rejects.toMatchObject({ failure: 'unavailable' })
    expect(reads).toBe(2)
    await expect(
      reading(() => {
        throw new TypeError('ours')
      })(),
    ).rejects.toThrow(new TypeError('ours'))
  })
})
