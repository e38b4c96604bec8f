import type { BatchRow } from '../../../src/lake/batchRow.js'
import { batchRowMaker } from '../../../src/lake/batchRow.js'
import type { JsonObject } from '../../../src/model/json.js'
import type { LakeTable, LakeType } from '../../../src/model/lakeSchema.js'
import type { Item } from '../../../src/ports/itemTable.js'

const of = (kind: Exclude<LakeType['kind'], 'array' | 'struct'>): LakeType => ({ kind })

/** A table with every type, nested ones with times in them, a reserved word, and a field that hides a partition. */
export const SAMPLE: LakeTable = {
  name: 'sample',
  kind: 'entity',
  idColumn: 'id',
  columns: [
    { name: 'id', type: of('string') },
    { name: 'Order', type: of('int') },
    { name: 'month', type: of('string') },
    { name: 'big', type: of('bigint') },
    { name: 'ratio', type: of('double') },
    { name: 'isOn', type: of('boolean') },
    { name: 'seenAt', type: of('timestamp') },
    { name: 'born', type: of('date') },
    { name: 'tags', type: { kind: 'array', item: of('string') } },
    { name: 'times', type: { kind: 'array', item: of('timestamp') } },
    {
      name: 'place',
      type: {
        kind: 'struct',
        fields: [
          { name: 'zipCode', type: of('string') },
          { name: 'since', type: of('timestamp') },
          {
            name: 'visits',
            type: {
              kind: 'array',
              item: { kind: 'struct', fields: [{ name: 'at', type: of('timestamp') }] },
            },
          },
        ],
      },
    },
    { name: 'createdAt', type: of('timestamp') },
    { name: 'updatedAt', type: of('timestamp') },
  ],
  partitionColumns: ['year', 'day'],
}

/** An item of it; `nth` decides which values it has and which are null. */
export function sampleItem(nth: number, rev: number, fields: JsonObject = {}): Item {
  const at = new Date(
    Date.UTC(2023, nth % 24, 1 + (nth % 28), nth % 24, 59, 7, (nth * 37) % 1000),
  ).toISOString()
  const full: JsonObject = {
    Order: nth - 2,
    month: `m${nth % 3}`,
    big: Number.MAX_SAFE_INTEGER - nth,
    ratio: nth / 7,
    isOn: nth % 2 === 0,
    seenAt: at,
    born: at.slice(0, 10),
    tags: ['', "it's", 'é"\\', null],
    times: [at, null],
    place: { zipCode: 'z', since: at, visits: [{ at }, null, { at: null }] },
  }
  const given = Object.entries(full).filter((_, column) => (nth + column) % 5 !== 0)
  return {
    PK: `sample#${nth}`,
    SK: `sample#${nth}`,
    ...Object.fromEntries(given),
    id: `s-${nth}`,
    createdAt: at,
    updatedAt: at,
    entityType: 'sample',
    _rev: rev,
    _incarnation: `life-of-${nth}`,
    ...fields,
  }
}

export const sampleRow: (item: Item) => BatchRow = batchRowMaker(SAMPLE)
