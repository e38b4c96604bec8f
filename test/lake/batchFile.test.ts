import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchFileMaker } from '../../src/lake/batchFile.js'
import { batchRowMaker, GONE_REV, monthsOf, newestRows, tombstoneOf } from '../../src/lake/batchRow.js'
import { readBatchFile } from '../../src/lake/readBatchFile.js'
import { rowFileMaker } from '../../src/lake/rowFile.js'
import { UnfitItemError } from '../../src/lake/unfitItemError.js'
import type { Json } from '../../src/model/json.js'
import { type LakeTable, lakeTables } from '../../src/model/lakeSchema.js'
import type { Project, TypeRef } from '../../src/model/types.js'
import { entity, entityItem, newFolder, removeFolder, SHOP, scalar } from '../sql/testShop.js'

const list = (item: TypeRef): TypeRef => ({ kind: 'list', item, nonNull: false })
const FIELDS = {
  text: scalar('String'),
  count: scalar('Int'),
  ratio: scalar('Float'),
  flag: scalar('Boolean'),
  moment: scalar('AWSDateTime'),
  day: scalar('AWSDate'),
  stamp: scalar('AWSTimestamp'),
  moments: list(scalar('AWSDateTime')),
  grid: list(list(scalar('Int'))),
  places: list({ kind: 'value', name: 'Place', nonNull: false }),
  constructor: scalar('String'),
} as const

function tableOf(fields: Readonly<Record<string, TypeRef>>): LakeTable {
  const place = {
    name: 'Place',
    fields: [
      { name: 'city', type: scalar('String') },
      { name: 'seen', type: list(scalar('AWSDate')) },
      { name: 'toString', type: scalar('AWSTimestamp') },
    ],
  }
  const project: Project = {
    ...SHOP,
    valueTypes: [place],
    entities: [entity('Thing', fields)],
    joinTables: [],
  }
  return lakeTables(project)[0] as LakeTable
}

const TABLE = tableOf(FIELDS)
const VALUES: readonly Readonly<Record<string, Json>>[] = [
  {},
  {
    text: 'naïve 🦜 \u0000 "x"',
    count: -2147483648,
    ratio: 3,
    flag: false,
    moment: '2024-02-29T23:30:00.250-02:00',
    day: '1815-12-10+05:30',
    stamp: 9007199254740991,
    moments: ['1969-12-31T23:59:59.999Z', null],
    grid: [[1, null], [], null, [2]],
    places: [null, {}, { city: 'x', seen: [null, '9999-12-31'], toString: 7 }],
    constructor: 'own',
  },
  { text: '', moments: [], grid: [], places: [], ratio: -0.1, createdAt: '2023-12-31T23:30:00.000-05:00' },
]
const ITEMS = VALUES.map((fields, index) => entityItem('thing', `t${index}`, { ...fields, _rev: index + 1 }))
const ROWS = ITEMS.map(batchRowMaker(TABLE))
const GONE = tombstoneOf({ id: 'gone', createdAt: Date.UTC(2022, 0, 1), incarnation: 'i-gone' })

let folder: string
let engine: DuckDBConnection
beforeAll(async () => {
  folder = await newFolder()
  engine = await (await DuckDBInstance.create()).connect()
})
afterAll(() => removeFolder(folder))

async function ask(name: string, bytes: Uint8Array, sql: string) {
  const path = join(folder, `${name}.parquet`)
  writeFileSync(path, bytes)
  return (await engine.runAndReadAll(sql.replace('FILE', `'${path}'`))).getRowsJson()
}

describe('the file of a batch', () => {
  const bytes = batchFileMaker(TABLE)([...ROWS, GONE])

  it('gives its rows back, however the bytes lie', async () => {
    expect(await readBatchFile(TABLE, bytes)).toEqual([...ROWS, GONE])
    const longer = new Uint8Array(bytes.length + 3)
    longer.set(bytes, 3)
    expect(await readBatchFile(TABLE, longer.subarray(3))).toEqual([...ROWS, GONE])
    await expect(readBatchFile(TABLE, longer)).rejects.toThrow()
  })

  it('holds what a file of layout rows holds, in the same types', async () => {
    for (const [index, item] of ITEMS.entries()) {
      const { body, id } = rowFileMaker(TABLE)(item)
      const sql = `SELECT * EXCLUDE (_incarnation, _deleted) FROM FILE WHERE id = '${id}'`
      expect(await ask('batch', bytes, sql)).toEqual(await ask(`row${index}`, body, 'SELECT * FROM FILE'))
    }
    const types = await ask(
      'row0',
      rowFileMaker(TABLE)(ITEMS[0] as never).body,
      'DESCRIBE SELECT * FROM FILE',
    )
    expect((await ask('batch', bytes, 'DESCRIBE SELECT * FROM FILE')).slice(0, types.length)).toEqual(types)
  })

  it('holds no value of what is gone but its key', async () => {
    const sql = 'SELECT * EXCLUDE (id, "createdAt", _rev, _incarnation, _deleted) FROM FILE WHERE _deleted'
    const [row] = await ask('batch', bytes, sql)
    expect(new Set(row)).toEqual(new Set([null]))
    expect(await ask('batch', bytes, 'SELECT id, _rev, _incarnation FROM FILE WHERE _deleted')).toEqual([
      ['gone', String(GONE_REV), 'i-gone'],
    ])
  })

  it('is read as the table is by now', async () => {
    const { flag: _, ...fewer } = FIELDS
    const now = tableOf({
      ...fewer,
      count: scalar('AWSTimestamp'),
      stamp: scalar('Float'),
      hasOwnProperty: list(scalar('Int')),
    })
    const [, row] = await readBatchFile(now, bytes)
    const named = Object.fromEntries(now.columns.map(({ name }, at) => [name, row?.values?.[at]]))
    expect(named).toMatchObject({ count: -2147483648n, stamp: 9007199254740991, text: VALUES[1]?.text })
    expect(Object.hasOwn(named, 'flag')).toBe(false)
    expect(Object.entries(named).find(([name]) => name === 'hasOwnProperty')).toEqual([
      'hasOwnProperty',
      null,
    ])
    // Written again, it is a file of the present table.
    expect(await readBatchFile(now, batchFileMaker(now)([row as never]))).toEqual([row])
  })

  it('has statistics for readers that skip', () => {
    const [group] = parquetMetadata(bytes.buffer as ArrayBuffer).row_groups
    const id = group?.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === 'id')
    expect(id?.meta_data?.statistics).toMatchObject({ min_value: 'gone', max_value: 't2' })
  })

  it.each([
    ['a wrong value', { count: 'x' }],
    ['no incarnation', { _incarnation: null }],
  ])('is refused for an item with %s', (_name, fields) => {
    expect(() => batchRowMaker(TABLE)(entityItem('thing', 'e', fields as never))).toThrow(UnfitItemError)
  })
})

describe('the newest of rows', () => {
  const row = (rev: number, incarnation = 'i') => ({ id: 'a', createdAt: 1, incarnation, rev, values: [rev] })
  const gone = (rev?: number) => tombstoneOf({ id: 'a', createdAt: 1, incarnation: 'i' }, rev)

  it.each([
    ['the highest revision', [row(1), row(3), row(2)], [row(3)]],
    ['a tombstone of the same revision', [row(2), gone(2)], [gone(2)]],
    ['that tombstone first', [gone(2), row(2)], [gone(2)]],
    ['a row after a tombstone that says less', [gone(2), row(3)], [row(3)]],
    ['the end of an item, whatever comes', [row(7), gone(), row(9)], [gone()]],
    ['one of each incarnation', [row(1), row(1, 'j')], [row(1), row(1, 'j')]],
  ])('is %s', (_name, rows, expected) => {
    expect(newestRows(rows)).toEqual(expected)
  })

  it('tells keys apart, whatever they are made of', () => {
    const rows = [
      { ...row(1), id: 'b', incarnation: 'a' },
      { ...row(1), id: '', incarnation: 'ab' },
      { ...row(1), id: 'ab', incarnation: '' },
      { ...row(1), createdAt: 11 },
    ]
    expect(newestRows(rows)).toHaveLength(4)
  })

  it('has its months', () => {
    const times = ['2024-02-01T00:00:00.000Z', '2023-12-31T23:59:59.999Z', '2024-02-29T00:00:00.000Z']
    expect(monthsOf(times.map((one) => ({ createdAt: Date.parse(one) })))).toEqual(['2023-12', '2024-02'])
  })
})
