import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowFileMaker } from '../../src/lake/rowFile.js'
import { UnfitItemError } from '../../src/lake/unfitItemError.js'
import type { Json } from '../../src/model/json.js'
import { type LakeTable, lakeTables } from '../../src/model/lakeSchema.js'
import type { Project, TypeRef } from '../../src/model/types.js'
import type { Item } from '../../src/ports/itemTable.js'
import {
  entity,
  entityItem,
  LIKES,
  likeItem,
  newFolder,
  openShop,
  put,
  removeFolder,
  SHOP,
  scalar,
} from '../sql/testShop.js'

const list = (item: TypeRef): TypeRef => ({ kind: 'list', item, nonNull: false })
const value = (name: string): TypeRef => ({ kind: 'value', name, nonNull: false })

const EVERYTHING = entity('Everything', {
  text: scalar('String'),
  count: scalar('Int'),
  ratio: scalar('Float'),
  flag: scalar('Boolean'),
  moment: scalar('AWSDateTime'),
  day: scalar('AWSDate'),
  time: scalar('AWSTime'),
  stamp: scalar('AWSTimestamp'),
  json: scalar('AWSJSON'),
  colour: { kind: 'enum', name: 'Colour', nonNull: false },
  moments: list(scalar('AWSDateTime')),
  days: list(scalar('AWSDate')),
  grid: list(list(scalar('Int'))),
  place: value('Place'),
  places: list(value('Place')),
  toString: scalar('String'),
})

const PROJECT: Project = {
  ...SHOP,
  enums: [{ name: 'Colour', values: ['RED', 'GREEN'] }],
  valueTypes: [
    {
      name: 'Place',
      fields: [
        { name: 'city', type: scalar('String') },
        { name: 'opened', type: scalar('AWSDate') },
        { name: 'hours', type: list(scalar('AWSTimestamp')) },
        { name: 'spot', type: value('Spot') },
        { name: 'constructor', type: scalar('String') },
      ],
    },
    { name: 'Spot', fields: [{ name: 'seen', type: list(scalar('AWSDateTime')) }] },
    ...SHOP.valueTypes,
  ],
  entities: [EVERYTHING, ...SHOP.entities],
}

const TABLES = lakeTables(PROJECT)
const tableOf = (name: string) => TABLES.find((table) => table.name === name) as LakeTable

const VALUES: readonly Readonly<Record<string, Json>>[] = [
  {},
  {
    text: 'naïve 🦜 \u0000 "x"',
    count: -2147483648,
    ratio: 3,
    flag: false,
    moment: '2024-02-29T23:30:00.250-02:00',
    day: '1815-12-10+05:30',
    time: '12:00',
    stamp: 9007199254740991,
    json: '{"a":[1]}',
    colour: 'GREEN',
    moments: ['1969-12-31T23:59:59.999999999Z', null, '2024-01-01T00:00+14:00'],
    days: [null, '0001-01-01', '9999-12-31'],
    grid: [[1, null], [], null, [2]],
    place: { city: 'London', opened: '2000-01-01Z', hours: [1, null], spot: { seen: [] } },
    places: [null, {}, { city: 'x', spot: {} }, { hours: [], constructor: 'mine' }],
    toString: 'own',
  },
  { text: '', count: 2147483647, ratio: 5e-130, flag: true, moments: [], grid: [], places: [], place: {} },
  { ratio: -0.1, stamp: -1, days: [null], places: [{ spot: { seen: [null] } }], json: 'null' },
  { text: 'x'.repeat(70_000), createdAt: '2024-05-06T23:30:00.000-05:00', ratio: 1e125 },
]

let folder: string
let engine: DuckDBConnection

beforeAll(async () => {
  folder = await newFolder()
  engine = await (await DuckDBInstance.create()).connect()
})
afterAll(() => removeFolder(folder))

const ask = async (sql: string) => (await engine.runAndReadAll(sql)).getRowsJson()

describe('the file of a row', () => {
  it('holds what the embedded lake holds of the same items, in the same types', async () => {
    const items = [
      ...VALUES.map((fields, index) => entityItem('everything', `_E${index}`, fields)),
      likeItem('u1', 'p1', 5),
      likeItem('u1', 'p2'),
    ]
    const shop = await openShop(join(folder, 'data'), { project: PROJECT })
    try {
      await put(shop.store, ...items)
      await shop.rows('SELECT 1')
      await shop.sql.exportParquet(join(folder, 'embedded'), { onProgress: () => undefined })
    } finally {
      await shop.close()
    }
    for (const item of items) writeFile(join(folder, 'rows'), item)
    for (const { name, rows } of [
      { name: 'everything', rows: VALUES.length },
      { name: 'likes', rows: 2 },
    ]) {
      const ours = files(join(folder, 'rows'), name)
      const theirs = files(join(folder, 'embedded'), name)
      expect(await ask(`SELECT count(*)::INT FROM ${ours}`)).toEqual([[rows]])
      expect(await ask(`(SELECT * FROM ${ours}) EXCEPT ALL (SELECT * FROM ${theirs})`)).toEqual([])
      expect(await ask(`(SELECT * FROM ${theirs}) EXCEPT ALL (SELECT * FROM ${ours})`)).toEqual([])
      expect(await ask(`DESCRIBE SELECT * FROM ${ours}`)).toEqual(
        await ask(`DESCRIBE SELECT * FROM ${theirs}`),
      )
    }
  })

  it('is read alike by another reader', async () => {
    const { body } = rowFileMaker(tableOf('everything'))(entityItem('everything', 'e', VALUES[1]))
    const [row] = await parquetReadObjects({ file: arrayBuffer(body) })
    expect(row).toMatchObject({
      id: 'e',
      text: 'naïve 🦜 \u0000 "x"',
      ratio: 3,
      moment: new Date('2024-03-01T01:30:00.250Z'),
      day: new Date('1815-12-10'),
      stamp: 9007199254740991n,
      // This reader gives nested lists and objects that are null as undefined.
      grid: [[1, null], [], undefined, [2]],
      place: { city: 'London', spot: { seen: [] } },
      toString: 'own',
      _rev: 1n,
    })
    const places: unknown[] = [
      undefined,
      { city: null, hours: undefined, spot: undefined, constructor: null },
      { city: 'x', spot: { seen: undefined } },
      { hours: [], constructor: 'mine' },
    ]
    expect(row?.places).toMatchObject(places)
  })

  it('says what it is, is small, and compressed by Snappy', () => {
    const { body, path, id } = rowFileMaker(tableOf('likes'))(likeItem('u1', 'p1', 5))
    const metadata = parquetMetadata(arrayBuffer(body))
    expect(metadata.key_value_metadata).toEqual([
      { key: 'oc-graphql.format', value: '1' },
      { key: 'oc-graphql.table', value: 'likes' },
    ])
    expect(metadata.num_rows).toBe(1n)
    const codecs = metadata.row_groups.flatMap(({ columns }) => columns.map((one) => one.meta_data?.codec))
    expect(new Set(codecs)).toEqual(new Set(['SNAPPY']))
    expect(path).toBe(`tables/likes/year=2024/month=05/day=06/${id}.parquet`)
    expect(body.length).toBeLessThan(1000)
  })

  it.each([
    ['a text as a number', { count: '1' }, 'count holds a value of type string'],
    ['a wrong part of a value type', { places: [{ hours: ['x'] }] }, 'places[0].hours[0] holds'],
    ['a createdAt that is none', { createdAt: 'yesterday' }, 'createdAt holds'],
  ])('refuses %s', (_name, fields, message) => {
    const make = rowFileMaker(tableOf('everything'))
    const item = { ...entityItem('everything', 'e'), ...fields } as Item
    expect(() => make(item)).toThrow(UnfitItemError)
    expect(() => make(item)).toThrow(message)
  })
})

function writeFile(root: string, item: Item): void {
  const { path, body } = rowFileMaker(tableOf(String(item.entityType)))(item)
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), body)
}

function files(root: string, table: string): string {
  return `read_parquet('${root}/tables/${table}/**/*.parquet', hive_partitioning = false)`
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

it('covers every column of a join table', () => {
  expect(tableOf('likes').columns.map(({ name }) => name)).toEqual([
    ...LIKES.columns.map(({ name }) => name),
    'relationId',
    'createdAt',
    's3Key',
  ])
})
