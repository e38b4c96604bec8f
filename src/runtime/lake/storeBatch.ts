import type { BatchFormat } from '../../lake/batchFormat.js'
import { type BatchRow, monthsOf } from '../../lake/batchRow.js'
import { batchKey } from '../../model/lakeLayout.js'
import type { LakeBatch } from '../../ports/lakeManifests.js'
import type { ObjectStore } from '../../ports/objectStore.js'
import type { Clock, Random } from '../../ports/system.js'
import { systemTime } from '../times.js'

export interface BatchStore {
  readonly objects: Pick<ObjectStore, 'put'>
  readonly clock: Clock
  readonly random: Random
}

/** Writes rows as an object that nothing names yet. No key is used twice, so nobody has read it as something else. */
export async function storeBatch(
  { objects, clock, random }: BatchStore,
  table: string,
  {
    rows,
    format,
    generation,
  }: {
    readonly rows: readonly BatchRow[]
    readonly format: BatchFormat
    readonly generation: number
  },
): Promise<LakeBatch> {
  const addedAt = clock.now()
  const day = systemTime(addedAt).slice(0, 10)
  const body = format.encode(rows)
  const key = batchKey(table, day, random.uuid())
  await objects.put(key, body)
  return { key, day, months: monthsOf(rows), rows: rows.length, bytes: body.length, addedAt, generation }
}
