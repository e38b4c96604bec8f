import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Item } from '../../../../ports/itemTable.js'
import type { Image, ImageTable } from '../image.js'
import { idOfKey } from '../pendingRows.js'
import type { LakeDifference, TableVerification, VerifiedLake } from '../protocol.js'
import type { LakeRow } from '../rowValues.js'
import { addExpected } from './compareRows.js'
import { within } from './conditions.js'
import { filesPlace } from './filesPlace.js'
import { imagePlace } from './imagePlace.js'
import type { ComparedPlace, VerifySource } from './place.js'
import { settleDifferences } from './settle.js'
import { readSlices, type Slice } from './slices.js'

export interface VerifyOptions extends VerifySource {
  readonly signal: AbortSignal
  readonly onProgress: (table: string, rows: number) => void
}

/** Differences that are named; all are counted. */
const NAMED = 10_000

/**
 * Compares the query image, and the published files if there are any, with the table, row by row. Writes go on: a row
 * that differs is looked at again, with the image at a position of the feed, until it has stood still long enough to
 * tell. Memory does not grow with the tables. Changes nothing.
 */
export async function verifyLake(options: VerifyOptions): Promise<VerifiedLake> {
  const { store, image, signal, onProgress } = options
  const differences: LakeDifference[] = []
  const tables: TableVerification[] = []
  for (const { prefix, tables: group } of groupsOf(image)) {
    const compared: Compared[] = []
    try {
      for (const table of group) {
        compared.push(startOne(table, imagePlace(options, table, prefix)))
        const files = await filesPlace(options, table, prefix)
        if (files) compared.push(startOne(table, files))
      }
      let rows = 0
      for await (const slice of readSlices(store.table, prefix)) {
        for (const one of compared) {
          signal.throwIfAborted()
          await compareSlice(one, slice, differences, signal)
        }
        rows += slice.items.length
        onProgress(group.map(({ table }) => table.name).join(', '), rows)
      }
      for (const { place, counts } of compared) {
        const damaged = await place.damaged()
        counts.damaged = damaged.length
        for (const file of damaged) {
          differences.push({ in: place.name, table: counts.table, id: file, kind: 'damaged' })
        }
        tables.push(counts)
      }
    } finally {
      for (const { place } of compared) place.close()
    }
  }
  const clean = tables.every((one) => KINDS.every((kind) => one[kind] === 0))
  return { clean, tables, differences: differences.slice(0, NAMED) }
}

const KINDS = ['missing', 'extra', 'duplicate', 'different', 'damaged'] as const

type Counts = { -readonly [Name in keyof TableVerification]: TableVerification[Name] }

interface Compared {
  readonly table: ImageTable
  readonly place: ComparedPlace
  readonly counts: Counts
}

function startOne(table: ImageTable, place: ComparedPlace): Compared {
  const none = { rows: 0, missing: 0, extra: 0, duplicate: 0, different: 0, damaged: 0, pending: 0 }
  return { table, place, counts: { table: table.table.name, in: place.name, ...none } }
}

async function compareSlice(
  { table, place, counts }: Compared,
  slice: Slice,
  differences: LakeDifference[],
  signal: AbortSignal,
): Promise<void> {
  const expected = new Map<string, LakeRow>()
  for (const items of partsOf(slice.items, ITEMS_A_TURN)) {
    addExpected(expected, table, ownItems(table, items))
    await nextTurn()
  }
  counts.rows += expected.size
  const suspects = await place.compare(within(table, slice), expected)
  const { found, pending } = await settleDifferences(place, [...suspects.keys()], signal)
  counts.pending += pending
  for (const [id, difference] of found) {
    counts[difference.kind] += 1
    if (differences.length < NAMED) {
      differences.push({ in: place.name, table: table.table.name, id, ...difference })
    }
  }
}

/** Between two of them statements get their turn. */
const ITEMS_A_TURN = 250

function* partsOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}

/** Relations of all join tables are read together. */
function* ownItems({ table }: ImageTable, items: readonly Item[]): Generator<readonly [string, Item]> {
  for (const item of items) if (item.entityType === table.name) yield [idOfKey(item), item]
}

/** Tables whose items share a prefix are read together. */
function groupsOf(image: Image): { readonly prefix: string; readonly tables: readonly ImageTable[] }[] {
  const all = [...image.tables.values()]
  const relations = all.filter(({ table }) => table.kind === 'joinTable')
  const entities = all.filter(({ table }) => table.kind === 'entity')
  return [
    ...entities.map((one) => ({ prefix: `${one.table.name}#`, tables: [one] })),
    ...(relations.length > 0 ? [{ prefix: 'joinTableData#', tables: relations }] : []),
  ]
}
