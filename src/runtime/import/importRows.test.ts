import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../adapters/embedded/store/openStore.js'
import type { Store } from '../../adapters/embedded/store/store.js'
import { entityKey, relationDataKey, relationId } from '../../model/keys.js'
import type { Project, TypeRef } from '../../model/types.js'
import type { ImportContext } from './importContext.js'
import type { RowError } from './importRow.js'
import { importBatches, importRows } from './importRows.js'

const text: TypeRef = { kind: 'scalar', name: 'String', nonNull: false }
const id: TypeRef = { kind: 'scalar', name: 'ID', nonNull: true }
const time: TypeRef = { kind: 'scalar', name: 'AWSDateTime', nonNull: true }

/** The least model with everything that rows can hold. */
const project: Project = {
  format: 1,
  name: 'shop',
  hash: '0'.repeat(32),
  enums: [{ name: 'Mood', values: ['CALM', 'WILD'] }],
  valueTypes: [
    {
      name: 'Address',
      fields: [
        { name: 'street', type: { ...text, nonNull: true } },
        { name: 'city', type: text },
      ],
    },
  ],
  responseTypes: [],
  entities: [
    {
      name: 'Track',
      table: 'track',
      plural: 'Tracks',
      fields: [
        { name: 'id', type: id },
        { name: 'name', type: { ...text, nonNull: true } },
        { name: 'seconds', type: { kind: 'scalar', name: 'Int', nonNull: false } },
        { name: 'price', type: { kind: 'scalar', name: 'Float', nonNull: false } },
        { name: 'sold', type: { kind: 'scalar', name: 'Boolean', nonNull: false } },
        { name: 'mood', type: { kind: 'enum', name: 'Mood', nonNull: false } },
        { name: 'tags', type: { kind: 'list', item: { ...text, nonNull: true }, nonNull: false } },
        { name: 'address', type: { kind: 'value', name: 'Address', nonNull: false } },
        { name: 'createdAt', type: time },
        { name: 'updatedAt', type: time },
      ],
    },
    {
      name: 'Playlist',
      table: 'playlist',
      plural: 'Playlists',
      fields: [
        { name: 'id', type: id },
        { name: 'createdAt', type: time },
        { name: 'updatedAt', type: time },
      ],
    },
  ],
  joinTables: [
    {
      table: 'playlist_track',
      columns: [
        { kind: 'entity', name: 'playlistId', entity: 'playlist' },
        { kind: 'entity', name: 'trackId', entity: 'track' },
        { kind: 'plain', name: 'place', type: { kind: 'scalar', name: 'Int', nonNull: false } },
      ],
    },
  ],
  statements: [],
  operations: [],
  sdl: '',
}

let store: Store
let folder: string
let context: ImportContext
let now: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-import-'))
  store = await openStore(folder)
  now = Date.parse('2024-05-06T07:08:09.010Z')
  context = {
    project,
    clock: { now: () => now },
    random: { uuid: () => randomUUID() },
    limits: { years: { first: 2020, last: 2035 } },
    table: store.table,
  }
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function load(table: string, rows: readonly Record<string, unknown>[], options = {}) {
  const errors: RowError[] = []
  const result = await importRows(context, table, rows, {
    onError: (error) => errors.push(error),
    ...options,
  })
  return { ...result, errors }
}

const track = (trackId: string) => store.table.read(entityKey('track', trackId))

describe('entities', () => {
  test('keep ids and times, and get them when they have none', async () => {
    const result = await load('Track', [
      {
        id: 'a',
        name: 'A',
        createdAt: '2021-02-03T04:05:06+01:00',
        updatedAt: '2022-01-01T00:00:00Z',
        tags: ['x'],
      },
      { id: 7, name: 'Seven', address: { street: 'S', city: null } },
      { name: 'No id', tags: null },
    ])
    expect(result).toMatchObject({ rows: 3, created: 3, failed: 0, errors: [] })
    expect(track('a')).toMatchObject({
      name: 'A',
      createdAt: '2021-02-03T03:05:06.000Z',
      updatedAt: '2022-01-01T00:00:00.000Z',
      tags: ['x'],
      _rev: 1,
      'GSI1-SK': '2021-02-03T03:05:06.000Z#a',
    })
    expect(track('7')).toMatchObject({ createdAt: '2024-05-06T07:08:09.010Z', address: { street: 'S' } })
    const all = await store.table.scan({ prefix: 'track#', limit: 10 })
    expect(all.items).toHaveLength(3)
  })

  test('the same import again changes nothing and leaves no change record', async () => {
    const rows = [
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B', createdAt: '2021-02-03T00:00:00Z' },
    ]
    await load('track', rows)
    const head = store.feed.head()
    now += 60_000
    expect(await load('track', rows)).toMatchObject({ created: 0, unchanged: 2, failed: 0 })
    expect(store.feed.head()).toBe(head)
  })

  test('a stored row that differs is a conflict, is left, or is replaced', async () => {
    await load('track', [{ id: 'a', name: 'A', seconds: 1 }])
    const before = track('a')
    now += 60_000
    const changed = [{ id: 'a', name: 'B' }]
    expect((await load('track', changed)).errors).toEqual([
      { line: 1, code: 'Conflict', message: "Track 'a' exists already with other values." },
    ])
    expect(await load('track', changed, { existing: 'skip' })).toMatchObject({ skipped: 1, failed: 0 })
    expect(track('a')).toEqual(before)
    expect(await load('track', changed, { existing: 'replace' })).toMatchObject({ replaced: 1, failed: 0 })
    expect(track('a')).toMatchObject({
      name: 'B',
      _rev: 2,
      createdAt: before?.createdAt,
      _incarnation: before?._incarnation,
      updatedAt: '2024-05-06T07:09:09.010Z',
    })
    expect(track('a')).not.toHaveProperty('seconds')
  })

  test('one id many times in one import: replaced one after the other', async () => {
    const rows = Array.from({ length: 5 }, (_, index) => ({ id: 'a', name: `A${index}` }))
    expect(await load('track', rows, { existing: 'replace' })).toMatchObject({ created: 1, replaced: 4 })
    expect(track('a')).toMatchObject({ name: 'A4', _rev: 5 })
  })

  test('the time of creation never changes', async () => {
    await load('track', [{ id: 'a', name: 'A', createdAt: '2021-01-01T00:00:00Z' }])
    const { errors } = await load('track', [{ id: 'a', name: 'A', createdAt: '2022-01-01T00:00:00Z' }], {
      existing: 'replace',
    })
    expect(errors).toEqual([
      {
        line: 1,
        code: 'Conflict',
        message: "Track 'a' was created at 2021-01-01T00:00:00.000Z, and that time never changes.",
      },
    ])
  })

  test.each([
    [{ id: 'x' }, 'name: The column is required and has no value.'],
    [{ id: 'x', name: null }, 'name: The column is required and has no value.'],
    [{ id: '', name: 'X' }, 'id: An id has 1 to 256 UTF-8 bytes without control characters.'],
    [{ name: 'X', seconds: '1' }, 'seconds: Int must be a whole number, found "1".'],
    [{ name: 'X', mood: 'SAD' }, "mood: Mood must be one of CALM, WILD, found 'SAD'."],
    [{ name: 'X', tags: ['a', null] }, 'tags[1]: A value is required here.'],
    [{ name: 'X', tags: 'a' }, 'tags: A list is expected here.'],
    [{ name: 'X', address: { city: 'C' } }, 'address.street: A value is required here.'],
    [{ name: 'X', address: { street: 'S', zip: 1 } }, "address: Address has no field 'zip'."],
    [{ nam: 'X' }, "There is no column 'nam' in track. Did you mean 'name'?"],
    [
      { name: 'X', createdAt: '2019-12-31T23:59:59Z' },
      'createdAt: The year 2019 is outside the years 2020 to 2035 of the lake.',
    ],
    [{ name: 'x'.repeat(400 * 1024) }, 'The row takes more than the 400 KB of an item.'],
  ])('refuses %j and stores the rows around it', async (row, message) => {
    const result = await load('track', [{ id: 'before', name: 'B' }, row, { id: 'after', name: 'A' }])
    expect(result).toMatchObject({ created: 2, failed: 1 })
    expect(result.errors).toEqual([{ line: 2, code: 'BadInput', message }])
  })

  test('texts take the types of their columns', async () => {
    const cells = {
      id: '1',
      name: '',
      seconds: '-12',
      price: '1.5e1',
      sold: 'TRUE',
      mood: 'WILD',
      tags: '["a","b"]',
      address: '{"street":"S"}',
    }
    expect((await load('track', [cells], { form: 'text' })).errors).toEqual([])
    expect(track('1')).toMatchObject({
      name: '',
      seconds: -12,
      price: 15,
      sold: true,
      mood: 'WILD',
      tags: ['a', 'b'],
      address: { street: 'S' },
    })
    const bad = [
      { name: 'X', seconds: '12x' },
      { name: 'X', sold: 'yes' },
      { name: 'X', tags: '[' },
    ]
    expect((await load('track', bad, { form: 'text' })).errors.map(({ message }) => message)).toEqual([
      "seconds: A number is expected here, found '12x'.",
      "sold: true or false is expected here, found 'yes'.",
      'tags: JSON is expected in this cell.',
    ])
    expect(await load('track', [{ name: 'X', seconds: '', price: null }], { form: 'text' })).toMatchObject({
      created: 1,
    })
  })

  test('a dry run checks and stores nothing', async () => {
    const result = await load('track', [{ id: 'a', name: 'A' }, { id: 'b' }], { dryRun: true })
    expect(result).toMatchObject({ rows: 2, created: 1, failed: 1 })
    expect(store.stats().items).toBe(0)
  })

  test('stops after so many errors', async () => {
    async function* batches() {
      for (let line = 1; ; line += 1) yield [{ line, values: { nothing: line } }]
    }
    const result = await importBatches(context, 'track', batches(), { maxErrors: 3 })
    expect(result.stopped).toBe(true)
    expect(result.failed).toBeLessThan(10)
  })

  test('an unknown table is an error of the call', async () => {
    await expect(load('trak', [])).rejects.toMatchObject({ code: 'NotFound' })
  })
})

describe('relations', () => {
  beforeEach(async () => {
    await load('playlist', [{ id: 'p' }])
    await load('track', [
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B' },
    ])
  })

  const dataOf = (trackId: string) =>
    store.table.read(
      relationDataKey(
        relationId('playlist_track', [
          { column: 'playlistId', entity: 'playlist', id: 'p' },
          { column: 'trackId', entity: 'track', id: trackId },
        ]),
      ),
    )

  test('get their data and a side for each entity', async () => {
    const rows = [
      { playlistId: 'p', trackId: 'a', place: 1, createdAt: '2021-01-01T00:00:00Z' },
      { playlistId: 'p', trackId: 'b' },
    ]
    expect(await load('playlist_track', rows)).toMatchObject({ created: 2, failed: 0 })
    expect(dataOf('a')).toMatchObject({
      playlistId: 'p',
      trackId: 'a',
      place: 1,
      createdAt: '2021-01-01T00:00:00.000Z',
    })
    const sides = await store.table.query({ partition: 'joinRelation#playlist#p', limit: 10 })
    expect(sides.items).toHaveLength(2)
    expect(await load('playlist_track', rows)).toMatchObject({ unchanged: 2, failed: 0 })
  })

  test('a pair twice in one file is one relation', async () => {
    const row = { playlistId: 'p', trackId: 'a' }
    expect(await load('playlist_track', [row, row])).toMatchObject({ created: 1, unchanged: 1 })
  })

  test('need their entities', async () => {
    const result = await load('playlist_track', [
      { playlistId: 'p', trackId: 'zzz' },
      { playlistId: 'p', trackId: 'a' },
    ])
    expect(result).toMatchObject({ created: 1, failed: 1 })
    expect(result.errors).toEqual([
      { line: 1, code: 'NotFound', message: "Track 'zzz' of trackId not found: import its table first." },
    ])
    expect((await load('playlist_track', [{ playlistId: 'p' }])).errors[0]?.message).toBe(
      'trackId: The column is required and has no value.',
    )
  })

  test('with other values: a conflict, left, or replaced', async () => {
    await load('playlist_track', [{ playlistId: 'p', trackId: 'a', place: 1 }])
    const before = dataOf('a')
    const changed = [{ playlistId: 'p', trackId: 'a', place: 2 }]
    expect((await load('playlist_track', changed)).errors[0]).toMatchObject({ code: 'Conflict' })
    expect(await load('playlist_track', changed, { existing: 'skip' })).toMatchObject({ skipped: 1 })
    expect(dataOf('a')).toEqual(before)
    expect(await load('playlist_track', changed, { existing: 'replace' })).toMatchObject({ replaced: 1 })
    expect(dataOf('a')).toMatchObject({
      place: 2,
      _rev: 2,
      _incarnation: before?._incarnation,
      s3Key: before?.s3Key,
    })
  })

  test('one that waits for its cascade is made anew', async () => {
    await load('playlist_track', [{ playlistId: 'p', trackId: 'a', place: 1 }])
    const before = dataOf('a')
    await store.table.write({ kind: 'delete', key: entityKey('track', 'a') })
    await load('track', [{ id: 'a', name: 'Again' }])
    expect(await load('playlist_track', [{ playlistId: 'p', trackId: 'a', place: 2 }])).toMatchObject({
      created: 1,
    })
    expect(dataOf('a')?._incarnation).not.toBe(before?._incarnation)
  })
})
