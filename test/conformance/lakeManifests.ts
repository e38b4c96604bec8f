import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchKey } from '../../src/model/lakeLayout.js'
import type { LakeBatch, LakeManifests } from '../../src/ports/lakeManifests.js'

export interface OpenManifests {
  readonly manifests: LakeManifests
  /** The same ones, with room for only this many batches. */
  withRoomFor(batches: number): LakeManifests
  close?(): Promise<void>
}

let count = 0

/** A batch of a table that no other is equal to. */
function batchOf(table: string, over: Partial<LakeBatch> = {}): LakeBatch {
  count += 1
  const day = '2026-11-21'
  return {
    key: batchKey(table, day, `id-${count}`),
    day,
    months: ['2025-12', '2026-01'],
    rows: 3,
    bytes: 4567,
    addedAt: 1_795_000_000_000 + count,
    generation: 0,
    ...over,
  }
}

/** What every store of manifests does. */
export function lakeManifestsConformance(name: string, open: () => Promise<OpenManifests>): void {
  describe(`${name} as manifests of the lake`, () => {
    let opened: OpenManifests
    let manifests: LakeManifests
    let tables = 0
    const newTable = () => {
      tables += 1
      return `table${tables}`
    }
    const read = async (table: string) => (await manifests.read([table])).get(table)

    beforeAll(async () => {
      opened = await open()
      manifests = opened.manifests
    })
    afterAll(() => opened?.close?.())

    it('reads what is not there as empty', async () => {
      const table = newTable()
      const empty = { table, generation: 0, version: 0, batches: [], retired: [] }
      expect(await read(table)).toEqual(empty)
      const other = newTable()
      expect(await manifests.read([table, other, table])).toEqual(
        new Map([
          [table, empty],
          [other, { ...empty, table: other }],
        ]),
      )
      expect(await manifests.read([])).toEqual(new Map())
    })

    it('adds batches in order, each change with a version', async () => {
      const table = newTable()
      const batches = [batchOf(table), batchOf(table, { months: [] }), batchOf(table, { rows: 0 })]
      for (const batch of batches) expect(await manifests.append(table, batch, 0)).toBe('added')
      expect(await read(table)).toEqual({ table, generation: 0, version: 3, batches, retired: [] })
    })

    it('adds a batch once', async () => {
      const table = newTable()
      const batch = batchOf(table)
      expect(await manifests.append(table, batch, 0)).toBe('added')
      expect(await manifests.append(table, batch, 0)).toBe('added')
      expect((await read(table))?.batches).toEqual([batch])
      // A fold has begun that takes it.
      await manifests.update(table, (one) => ({ ...one, generation: 1 }))
      expect(await manifests.append(table, batch, 0)).toBe('added')
      expect((await read(table))?.batches).toEqual([batch])
    })

    it('refuses a batch of another generation, lower or higher', async () => {
      const table = newTable()
      expect(await manifests.append(table, batchOf(table), 1)).toBe('fenced')
      await manifests.update(table, (one) => ({ ...one, generation: 2 }))
      expect(await manifests.append(table, batchOf(table), 0)).toBe('fenced')
      expect(await manifests.append(table, batchOf(table), 1)).toBe('fenced')
      expect(await manifests.append(table, batchOf(table), 3)).toBe('fenced')
      expect(await manifests.append(table, batchOf(table), 2)).toBe('added')
      expect(await read(table)).toMatchObject({ generation: 2, version: 2 })
    })

    it('says that a list is full, and takes more when there is room again', async () => {
      const table = newTable()
      const small = opened.withRoomFor(2)
      expect(await small.append(table, batchOf(table), 0)).toBe('added')
      expect(await small.append(table, batchOf(table), 0)).toBe('added')
      expect(await small.append(table, batchOf(table), 0)).toBe('full')
      expect(await small.append(table, batchOf(table), 1)).toBe('fenced')
      await small.update(table, (one) => ({ ...one, batches: one.batches.slice(1) }))
      expect(await small.append(table, batchOf(table), 0)).toBe('added')
    })

    it('keeps all that a manifest holds', async () => {
      const table = newTable()
      const batch = batchOf(table)
      const manifest = {
        table,
        generation: 7,
        snapshot: '9007199254740993123',
        baseColumns: { id: 'string', lines: 'array<struct<qty:int>>' },
        batches: [batch],
        retired: [{ list: `retired/${table}/1.json`, objects: 3, bytes: 12, retiredAt: 17 }],
        isBaseAhead: true,
        snapshotAt: 16,
        lease: {
          owner: 'a',
          since: 122,
          until: 123,
          work: 'fold',
          months: ['2026-01'],
          statement: { token: 't', sql: "MERGE 'x' -- |,", step: 0, plan: 'p', failures: 0 },
        },
        unpacked: { folds: 2, months: [], since: 9 },
        foldedAt: 1,
        optimizedAt: 2,
        vacuumedAt: 3,
      } as const
      const written = await manifests.update(table, ({ version }) => ({ ...manifest, version }))
      expect(written).toEqual({ ...manifest, version: 1 })
      expect(await read(table)).toEqual({ ...manifest, version: 1 })
      await manifests.update(table, ({ lease: _, snapshot: __, foldedAt: ___, ...rest }) => rest)
      const { lease: _, snapshot: __, foldedAt: ___, ...rest } = manifest
      expect(await read(table)).toEqual({ ...rest, version: 2 })
    })

    it('leaves a manifest for which there is nothing to change', async () => {
      const table = newTable()
      expect(await manifests.update(table, () => undefined)).toBeUndefined()
      await manifests.append(table, batchOf(table), 0)
      expect(await manifests.update(table, () => undefined)).toBeUndefined()
      expect(await read(table)).toMatchObject({ version: 1 })
    })

    it('loses nothing when many write at once', async () => {
      const table = newTable()
      const batches = Array.from({ length: 20 }, () => batchOf(table))
      const outcomes = await Promise.all([
        ...batches.map((batch) => manifests.append(table, batch, 0)),
        ...Array.from({ length: 5 }, () =>
          manifests.update(table, (one) => ({ ...one, foldedAt: (one.foldedAt ?? 0) + 1 })),
        ),
      ])
      expect(outcomes.slice(0, 20)).toEqual(batches.map(() => 'added'))
      const found = await read(table)
      expect(found).toMatchObject({ foldedAt: 5, version: 25 })
      expect(new Set(found?.batches.map(({ key }) => key))).toEqual(new Set(batches.map(({ key }) => key)))
    })

    it('asks again with what is there when another was faster', async () => {
      const table = newTable()
      const batch = batchOf(table)
      const seen: number[] = []
      let rival: Promise<unknown> | undefined
      // The rival's write is sent while the first change is being made, and mostly ends before its write.
      await manifests.update(table, (one) => {
        seen.push(one.version)
        rival ??= manifests.append(table, batch, 0)
        return { ...one, foldedAt: one.version }
      })
      await rival
      const found = await read(table)
      expect(found?.batches).toEqual([batch])
      expect(found?.version).toBe(2)
      expect(seen[0]).toBe(0)
    })
  })
}
