import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDirtyDays } from '../../src/adapters/embedded/lake/dirtyDays.js'
import { carryMarks } from '../../src/adapters/embedded/sql/carryMarks.js'
import { closeImage, createImage, type Image } from '../../src/adapters/embedded/sql/image.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { newFolder, removeFolder } from './testShop.js'

/** Its connection breaks down when marks are to be written. */
function failing(image: Image): Image {
  const { writer } = image
  const run: typeof writer.run = (sql, ...rest) => {
    if (sql.startsWith('INSERT INTO meta.dirty_days')) return Promise.reject(new Error('broken'))
    return writer.run(sql, ...rest)
  }
  const broken = new Proxy(writer, {
    get(target, name) {
      if (name === 'run') return run
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...image, writer: broken }
}

let folder: string
let store: Store
let old: Image
let fresh: Image

beforeEach(async () => {
  folder = await newFolder()
  store = await openStore(join(folder, 'data'))
  const make = (generation: number) => {
    const place = { file: join(folder, `${generation}.duckdb`), spill: join(folder, 'spill'), generation }
    return createImage(store, place, sqlLimits())
  }
  old = await make(0)
  fresh = await make(1)
  old.dirty = await openDirtyDays(old.writer)
  const days = new Map([['user', new Set([20_000, 20_001])]])
  await old.dirty.mark(old.writer, days)
  old.dirty.committed(days)
})

afterEach(async () => {
  closeImage(old)
  closeImage(fresh)
  await store.close()
  await removeFolder(folder)
})

it('goes on with the lineage and the marks in the fresh image', async () => {
  await carryMarks(old, fresh, false)
  const found = await openDirtyDays(fresh.writer)
  expect(found.lineage).toBe(old.dirty?.lineage)
  expect([...found.of('user').keys()].sort()).toEqual([20_000, 20_001])
})

it('carries lineage and marks together, or neither', async () => {
  await expect(carryMarks(old, failing(fresh), false)).rejects.toThrow('broken')
  // What a killed process leaves is a stranger to the published files: all of them are written again.
  expect((await openDirtyDays(fresh.writer)).lineage).not.toBe(old.dirty?.lineage)
})
