import { batchKey, manifestKey } from '../../../model/lakeLayout.js'
import type { Item } from '../../../ports/itemTable.js'
import type { LakeBatch, LakeManifest } from '../../../ports/lakeManifests.js'

/** What a manifest is until somebody writes it. */
export function emptyManifest(table: string): LakeManifest {
  return { table, generation: 0, version: 0, batches: [], retired: [] }
}

/** A manifest as its item. An append is billed by the whole item, so the entries of batches are as short as they can be. */
export function manifestItem(
  { table, batches, ...plain }: LakeManifest,
  times: { readonly createdAt: string; readonly updatedAt: string },
): Item {
  const entries = batches.map(batchEntry)
  const listBytes = entries.reduce((sum, { length }) => sum + length, 0)
  return {
    ...plain,
    ...manifestKey(table),
    entityType: 'lakeManifest',
    ...times,
    batches: entries,
    listBytes,
  } as unknown as Item
}

/** The manifest in an item. */
export function manifestOf(table: string, item: Item | undefined): LakeManifest {
  if (!item) return emptyManifest(table)
  const {
    PK: _,
    SK: __,
    entityType: ___,
    createdAt: ____,
    updatedAt: _____,
    listBytes: ______,
    ...own
  } = item
  const { batches, ...plain } = own as unknown as Omit<LakeManifest, 'batches'> & {
    readonly batches?: readonly string[]
  }
  return {
    ...emptyManifest(table),
    ...plain,
    batches: (batches ?? []).map((entry) => batchOf(table, entry)),
  }
}

/**
 * `id|day|months|rows|bytes|addedAt|generation`. None of them has the character between them. Months that follow each other
 * are `2020-01..2024-12`: a batch of a rebuild has rows of all months.
 */
export function batchEntry({ key, day, months, rows, bytes, addedAt, generation }: LakeBatch): string {
  const id = key.slice(key.lastIndexOf('/') + 1, -EXTENSION.length)
  return [id, day, monthRanges(months), rows, bytes, addedAt, generation].join('|')
}

/** Whether the list of an item has this entry. */
export function holdsEntry(item: Item, entry: string): boolean {
  return ((item.batches ?? []) as readonly string[]).includes(entry)
}

const EXTENSION = '.parquet'

function batchOf(table: string, entry: string): LakeBatch {
  const [id = '', day = '', months = '', rows, bytes, addedAt, generation] = entry.split('|')
  return {
    key: batchKey(table, day, id),
    day,
    months: months === '' ? [] : months.split(',').flatMap(monthsOfRange),
    rows: Number(rows),
    bytes: Number(bytes),
    addedAt: Number(addedAt),
    generation: Number(generation),
  }
}

function monthRanges(months: readonly string[]): string {
  const ranges: [first: string, last: string][] = []
  for (const month of months) {
    const range = ranges.at(-1)
    if (range && monthAfter(range[1]) === month) range[1] = month
    else ranges.push([month, month])
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}..${last}`)).join(',')
}

function monthsOfRange(range: string): string[] {
  const [first = '', last = first] = range.split('..')
  const months = [first]
  for (let month = first; month < last; ) {
    month = monthAfter(month)
    months.push(month)
  }
  return months
}

/** Of a month as `YYYY-MM`. */
function monthAfter(month: string): string {
  const [year, of] = month.split('-').map(Number) as [number, number]
  const next = of === 12 ? [year + 1, 1] : [year, of + 1]
  return `${String(next[0]).padStart(4, '0')}-${String(next[1]).padStart(2, '0')}`
}
