import { expect, it } from 'vitest'
import { batchKey } from '../../../model/lakeLayout.js'
import type { LakeManifest } from '../../../ports/lakeManifests.js'
import { batchEntry, manifestItem, manifestOf } from './manifestItem.js'

const TIMES = { createdAt: '2026-11-21T00:00:00.000Z', updatedAt: '2026-11-21T00:00:00.000Z' }

function batchOf(months: readonly string[]): LakeManifest['batches'][number] {
  const day = '2026-11-21'
  const key = batchKey('track', day, 'id')
  return { key, day, months, rows: 50_000, bytes: 4_000_000, addedAt: 1_795_000_000_000, generation: 12 }
}

const yearsOf = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at).flatMap((year) =>
    Array.from({ length: 12 }, (_, at) => `${year}-${String(at + 1).padStart(2, '0')}`),
  )

it('comes back from its item, whatever the months of its batches', () => {
  const batches = [
    [],
    ['2026-01'],
    ['2025-12', '2026-01'],
    ['2024-02', '2024-04', '2024-05', '2024-06', '2025-06'],
    ['0001-12', '0002-01', '9999-11', '9999-12'],
    yearsOf(1999, 2026),
  ].map(batchOf)
  const manifest = { table: 'track', generation: 3, version: 4, batches, retired: [] }
  expect(manifestOf('track', manifestItem(manifest, TIMES))).toEqual(manifest)
})

it('says in few bytes that a batch has rows of many years', () => {
  expect(batchEntry(batchOf(yearsOf(1999, 2026)))).toBe(
    'id|2026-11-21|1999-01..2026-12|50000|4000000|1795000000000|12',
  )
})
