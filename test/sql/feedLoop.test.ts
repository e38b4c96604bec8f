import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Follower,
  type FollowerOptions,
  startFollower,
} from '../../src/adapters/embedded/sql/follower.js'
import { closeImage, type Image, openImage } from '../../src/adapters/embedded/sql/image.js'
import { withConnection } from '../../src/adapters/embedded/sql/imageFile.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { createStatementGate } from '../../src/adapters/embedded/sql/statementGate.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { SILENT_LOG } from '../../src/host/silentLog.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import { entityItem, newFolder, put, removeFolder, SHOP } from './testShop.js'

let folder: string
let store: Store
let image: Image
let follower: Follower
let settled: number[]
let applied: { readonly position: number; readonly settled: number }[]

beforeEach(async () => {
  folder = await newFolder()
  store = await openStore(folder)
  await openFollower()
})

afterEach(async () => {
  await closeFollower()
  await store.close()
  await removeFolder(folder)
})

async function openFollower(options: Partial<FollowerOptions> = {}): Promise<void> {
  settled = []
  applied = []
  image = await openImage(store, sqlLimits())
  follower = startFollower({
    ...{ store, image, gate: createStatementGate(), log: SILENT_LOG },
    onApplied: (event) => applied.push(event),
    onSettled: (position) => settled.push(position),
    onProgress: () => undefined,
    onFatal: (error) => {
      throw error
    },
    ...options,
  })
  await follower.setTables(lakeTables(SHOP))
}

async function closeFollower(): Promise<void> {
  await follower.close()
  closeImage(image)
}

const WAIT_MS = 20_000

function reached(position = store.feed.head(), waitMs = WAIT_MS): Promise<void> {
  return follower.reached(position, waitMs, new AbortController().signal)
}

function rows(sql: string): Promise<unknown[]> {
  return withConnection(image.instance, async (connection) =>
    (await connection.runAndReadAll(sql)).getRowsJson(),
  )
}

async function notedPosition(): Promise<number> {
  const [[position] = []] = (await rows('SELECT position FROM meta.image')) as [string][]
  return Number(position)
}

const user = (index: number, age: number) => entityItem('user', `u${index}`, { age })

describe('a transaction that grows', () => {
  it('shows each change to whoever waits for it, and every key once', async () => {
    for (let round = 1; round <= 30; round++) {
      await put(store, user(0, round), user(round, round), user(round, -round))
      if (round % 3 === 0) await store.table.write({ kind: 'delete', key: { PK: 'user#u0', SK: 'user#u0' } })
      await reached()
      const shown = await rows(`SELECT id, age FROM "user" WHERE id IN ('u0', 'u${round}') ORDER BY id`)
      const others = round % 3 === 0 ? [] : [['u0', round]]
      expect(shown).toEqual([...others, [`u${round}`, -round]])
    }
    expect(await rows('SELECT count(*), count(DISTINCT id) FROM "user"')).toEqual([['30', '30']])
  })

  it('shows changes that nobody waits for soon after, too', async () => {
    await put(store, user(1, 1))
    follower.wake(false)
    await vi.waitFor(async () => expect(await rows('SELECT age FROM "user"')).toEqual([[1]]), WAIT_MS)
  })

  it('is ended before another piece of work has the writer', async () => {
    for (let round = 0; round < 40; round++) {
      await put(store, user(round, round))
      follower.wake(false)
      const head = store.feed.head()
      if (round % 4 !== 3) continue
      await reached(head - 1)
      await follower.inTurn(async () => {
        expect(await notedPosition()).toBe(image.position)
        await image.writer.run('BEGIN')
        await image.writer.run('ROLLBACK')
      })
    }
    await reached()
    expect(await rows('SELECT count(*) FROM "user"')).toEqual([['40']])
  })

  it('is made again in the careful way when it fails, and nothing is missing', async () => {
    await put(store, user(1, 1))
    await reached()
    const { writer } = image
    const run = writer.run.bind(writer)
    let failures = 0
    onTestFinished(() => {
      writer.run = run
    })
    // As when the disk is full at that moment.
    writer.run = (async (sql: string, ...rest: never[]) => {
      if (sql !== 'COMMIT' || failures >= 3) return run(sql, ...rest)
      failures += 1
      await run('ROLLBACK')
      throw new Error('IO Error: Could not write file: no room')
    }) as typeof run
    await put(store, user(1, 2), user(2, 2))
    await reached()
    expect(failures).toBe(3)
    expect(await rows('SELECT id, age FROM "user" ORDER BY id')).toEqual([
      ['u1', 2],
      ['u2', 2],
    ])
  })
})

describe('after failures', () => {
  it('takes as many changes at once as before them, although only few come at a time', async () => {
    const { writer } = image
    const run = writer.run.bind(writer)
    const read = store.feed.read.bind(store.feed)
    onTestFinished(() => {
      writer.run = run
    })
    let failures = 0
    writer.run = (async (sql: string, ...rest: never[]) => {
      if (sql !== 'COMMIT' || failures >= 4) return run(sql, ...rest)
      failures += 1
      await run('ROLLBACK')
      throw new Error('IO Error: Could not write file: no room')
    }) as typeof run
    let atOnce: number | undefined
    Object.assign(store.feed, {
      read(after: number, maxRecords: number, maxChanges?: number) {
        atOnce = maxChanges
        return read(after, maxRecords, maxChanges)
      },
    })
    await put(store, user(1, 1))
    await reached()
    expect(failures).toBe(4)
    expect(atOnce).toBeLessThan(1000)
    for (let round = 0; round < 12; round++) {
      await put(store, user(round, round))
      await reached()
    }
    expect(atOnce).toBeGreaterThan(10_000)
  })

  it('of its tidying, is followed on', async () => {
    await closeFollower()
    const warnings: string[] = []
    await openFollower({ tidyRows: 10, log: { ...SILENT_LOG, warn: (message) => warnings.push(message) } })
    const holder = await image.instance.connect()
    await holder.run('BEGIN; CREATE TABLE stored.held (a INTEGER)')
    for (let round = 0; round < 30; round++) {
      await put(store, user(1, round))
      await reached()
    }
    await vi.waitFor(
      () => expect(warnings).toEqual([expect.stringContaining('could not be tidied')]),
      WAIT_MS,
    )
    await holder.run('ROLLBACK')
    holder.closeSync()
    expect(await rows('SELECT age FROM "user"')).toEqual([[29]])
  })
})

describe('the position that the file notes', () => {
  it('is never behind what is told as settled, and follows when there is time', async () => {
    for (let round = 0; round < 50; round++) {
      await put(store, user(round, round))
      await reached()
      const told = Math.max(0, ...settled, ...applied.map((event) => event.settled))
      expect(await notedPosition()).toBeGreaterThanOrEqual(told)
      expect(image.position).toBeGreaterThanOrEqual(told)
    }
    await vi.waitFor(() => expect(Math.max(...settled)).toBe(store.feed.head()), WAIT_MS)
    expect(await notedPosition()).toBe(store.feed.head())
  })

  it('is gone on from: what came after it is applied again and changes nothing', async () => {
    for (let round = 0; round < 20; round++) await put(store, user(round % 5, round))
    await reached()
    const before = await rows('SELECT id, age FROM "user" ORDER BY id')
    await image.writer.run('UPDATE meta.image SET position = 1')
    // As after a kill: nothing is noted at the end.
    follower.close = async () => undefined
    closeImage(image)
    await openFollower()
    expect(image.position).toBe(1)
    await reached()
    expect(await rows('SELECT id, age FROM "user" ORDER BY id')).toEqual(before)
  })
})

describe('waiting', () => {
  it('ends when the time is over, or when it is given up', async () => {
    const never = store.feed.head() + 1_000_000
    await reached(never, 20)
    const stop = new AbortController()
    const waiting = follower.reached(never, WAIT_MS, stop.signal)
    stop.abort()
    await waiting
    expect(image.position).toBeLessThan(never)
  })
})
