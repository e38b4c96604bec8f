import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purgeAwsRow } from '../../../src/cli/aws/lake/purge.js'
import { awsLakeStatus } from '../../../src/cli/aws/lake/status.js'
import { verifyAwsLake } from '../../../src/cli/aws/lake/verify.js'
import { parquetBatches } from '../../../src/lake/batchFormat.js'
import { batchRowMaker } from '../../../src/lake/batchRow.js'
import { entityKey } from '../../../src/model/keys.js'
import type { LakeTable } from '../../../src/model/lakeSchema.js'
import type { Item } from '../../../src/ports/itemTable.js'
import type { LakeManifest } from '../../../src/ports/lakeManifests.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../../src/runtime/lake/keeperContext.js'
import { rebuildLake } from '../../../src/runtime/lake/rebuildLake.js'
import { storeBatch } from '../../../src/runtime/lake/storeBatch.js'
import { type DeployedHost, openDeployed } from '../host/deployed.js'
import { lakeCommandsSuite } from './lakeCommands.js'
import { awsLakeOf, type Keeper, keeperOf } from './lakeKeeper.js'
import { unpermittedCalls, unusedPermissions } from './privileges.js'

const SCHEMA = `
  type Note { id: ID! text: String count: Int seen: AWSDateTime tags: [String!] place: Place }
  type Place { city: String since: AWSDateTime }
  type Query {
    notes: [String!] @sql_query(query: "SELECT id || ' ' || text FROM note ORDER BY id", mode: SYNC)
  }
`

let aws: DeployedHost
let keeper: Keeper

beforeAll(async () => {
  aws = await openDeployed(
    'notes',
    SCHEMA,
    { lake: { layout: 'batches' } },
    {
      keeper: {
        ...{ pollMs: 200, queryMs: 1000, snapshotAgeMs: 2000, packAfterFolds: 2, mergeFanIn: 2 },
        ...{ vacuumEveryMs: 1, sweepEveryMs: 1, foldAfterMs: 3_600_000 },
      },
      snapshotAgeSeconds: 0,
    },
  )
  keeper = keeperOf(aws)
})
afterAll(() => aws?.close())

async function ask(query: string, variables?: Readonly<Record<string, unknown>>) {
  const { data, errors } = await aws.api.execute(query, variables)
  expect(errors).toBeUndefined()
  return data as Readonly<Record<string, unknown>>
}
const create = (id: string, text: string) =>
  ask('mutation ($input: CreateNoteInput!) { createNote(input: $input) { id } }', {
    input: {
      ...{ id, text, count: 3, seen: '2026-01-02T03:04:05.678Z', tags: ['a', 'b'] },
      place: { city: 'Bonn', since: '2020-02-02T00:00:00Z' },
    },
  })
const update = (id: string, text: string) =>
  ask('mutation ($id: ID!, $text: String) { updateNote(id: $id, input: { text: $text }) { id } }', {
    id,
    text,
  })
const remove = (id: string) => ask('mutation ($id: ID!) { deleteNote(id: $id) { deleted } }', { id })
/** A machine with much to do may take longer for a statement than the API waits. */
const notes = async () => {
  for (let tries = 0; ; tries += 1) {
    const { data, errors } = await aws.api.execute('{ notes }')
    if (errors?.[0]?.errorType === 'Timeout' && tries < 10) continue
    expect(errors).toBeUndefined()
    return (data as { notes: string[] }).notes
  }
}
const manifest = async () => (await keeper.manifests()).get('note') as LakeManifest
const keys = async (prefix: string) => {
  const { objects } = await awsLakeOf(aws).objects.list({ prefix, limit: 1000 })
  return objects.map(({ key }) => key)
}
/** Keys of the files of the base's present snapshot. */
const liveFiles = async () => {
  const { sql } = awsLakeOf(aws)
  const limits = { timeoutMs: 120_000, maxRows: 1000 }
  const { rows } = await sql.query('SELECT file_path FROM "__note_base$files"', limits)
  return rows.map(([path]) => String(path).replace(/^s3a?:\/\/[^/]+\//, '')).sort()
}
const verify = () => verifyAwsLake(awsLakeOf(aws), { onProgress: () => {}, pauseMs: 10 })

describe('a table of the lake', () => {
  it('has batches first, which statements read', async () => {
    await create('a', 'one')
    await aws.settle()
    await create('b', 'two')
    await aws.settle()
    expect(await notes()).toEqual(['a one', 'b two'])
    expect((await manifest()).batches.length).toBeGreaterThan(0)
    expect(await keys('base/')).toEqual([])
  })

  it('has fewer and larger batches after a while', async () => {
    expect((await manifest()).batches.length).toBeGreaterThan(1)
    await keeper.run()
    expect((await manifest()).batches).toHaveLength(1)
    expect(await notes()).toEqual(['a one', 'b two'])
  })

  it('is folded into a base', async () => {
    await keeper.fold()
    const folded = await manifest()
    expect(folded).toMatchObject({ batches: [], snapshot: expect.stringMatching(/^\d+$/) })
    expect(await notes()).toEqual(['a one', 'b two'])
    expect((await keys('base/note/')).length).toBeGreaterThan(0)
  })

  it('shows what changes over the base, and what is gone', async () => {
    await update('a', 'one again')
    await remove('b')
    await create('c', 'three')
    await aws.settle()
    expect(await notes()).toEqual(['a one again', 'c three'])
    await remove('c')
    await create('c', 'three once more')
    await aws.settle()
    expect(await notes()).toEqual(['a one again', 'c three once more'])
    expect(await verify()).toMatchObject({ clean: true, differences: [] })
  })

  it('is the same when that is folded too', async () => {
    await keeper.fold()
    expect(await notes()).toEqual(['a one again', 'c three once more'])
    expect(await verify()).toMatchObject({ clean: true, differences: [] })
  })

  it('is packed and cleaned: objects that no statement can read any more really go', async () => {
    for (let runs = 0; runs < 20; runs += 1) {
      await keeper.run()
      const { lease, retired, optimizedAt, vacuumedAt } = await manifest()
      const isDone = !lease && retired.length === 0 && optimizedAt && (vacuumedAt ?? 0) > optimizedAt
      if (isDone) break
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    expect(await manifest()).toMatchObject({
      optimizedAt: expect.any(Number),
      vacuumedAt: expect.any(Number),
      retired: [],
    })
    expect(await keys('batches/note/')).toEqual([])
    expect(await keys('retired/')).toEqual([])
    // VACUUM succeeds also when it may delete nothing. What it leaves are places of deleted rows, and no values.
    const texts = await textsIn('base/note/data/')
    expect(texts).toContain('one again')
    for (const old of ['one', 'two', 'three']) expect(texts).not.toContain(old)
    expect(await keys('base/note/data/')).toEqual(expect.arrayContaining(await liveFiles()))
    expect(await notes()).toEqual(['a one again', 'c three once more'])
  })

  it('tells how it is', async () => {
    const [status] = await awsLakeStatus(awsLakeOf(aws))
    expect(status).toMatchObject({ table: 'note', rows: 2, batches: 0, hotShare: 0, retired: 0 })
    expect(status?.files).toBeGreaterThan(0)
    expect(status?.foldedAt).toBeGreaterThan(0)
  })
})

describe('verify', () => {
  it('names each row that the lake shows otherwise', async () => {
    await create('d', 'four')
    await aws.settle()
    const lake = awsLakeOf(aws)
    const [table] = lake.tables as [LakeTable]
    const stored = await lake.items.getMany([entityKey('note', 'a'), entityKey('note', 'c')])
    const [a, c] = stored as [Item, Item]
    const row = batchRowMaker(table)
    // A batch that its list has lost, and one that nobody should have written.
    const forged = await storeBatch(lake, 'note', {
      rows: [
        row({ ...a, text: 'forged', _rev: 99 }),
        row({ ...c, _incarnation: 'another' }),
        row({ ...c, id: 'ghost', _incarnation: 'ghost' }),
      ],
      format: parquetBatches(table),
      generation: (await manifest()).generation,
    })
    await lake.manifests.update('note', (one) => ({ ...one, batches: [forged] }))
    const { clean, tables, differences } = await verify()
    expect(clean).toBe(false)
    const of = { in: 'lake', table: 'note' }
    expect([...differences].sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
      { ...of, id: 'a', kind: 'different', fields: ['text'] },
      { ...of, id: 'c', kind: 'duplicate' },
      { ...of, id: 'd', kind: 'missing' },
      { ...of, id: 'ghost', kind: 'extra' },
    ])
    expect(tables).toMatchObject([{ missing: 1, extra: 1, duplicate: 1, different: 1 }])
  })
})

describe('a rebuild', () => {
  it('makes the lake again from the table', async () => {
    const lake = awsLakeOf(aws)
    const silent = { debug() {}, info() {}, warn() {}, error() {} }
    const rebuilt = await rebuildLake(
      {
        ...lake,
        ...{ log: silent, settings: DEFAULT_KEEPER_SETTINGS, items: lake.items },
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      },
      lake.tables,
    )
    expect(rebuilt).toEqual({ tables: 1, rows: 3, unfit: 0 })
    expect((await manifest()).snapshot).toBeUndefined()
    expect(await notes()).toEqual(['a one again', 'c three once more', 'd four'])
    await keeper.fold()
    expect((await manifest()).snapshot).toBeDefined()
    expect(await verify()).toMatchObject({ clean: true, differences: [] })
  })
})

describe('a purge', () => {
  it('leaves no value of the row in any object', async () => {
    await create('p', 'Purpureus')
    await aws.settle()
    await keeper.fold()
    expect(await textsIn('base/note/data/')).toContain('Purpureus')
    const lake = awsLakeOf(aws)
    const [table] = lake.tables as [LakeTable]
    const [item] = (await lake.items.getMany([entityKey('note', 'p')])) as [Item]
    // Of a projector that was fenced: no manifest names it.
    const { key: leftover } = await storeBatch(lake, 'note', {
      rows: [batchRowMaker(table)(item)],
      format: parquetBatches(table),
      generation: 0,
    })
    expect(await textsIn(leftover)).toContain('Purpureus')
    await purgeAwsRow(lake, 'note', 'p', { onProgress: () => {}, pauseMs: 200 })
    expect((await manifest()).purges).toHaveLength(1)
    const keepUntil = async (isDone: (one: LakeManifest) => boolean) => {
      for (let runs = 0; runs < 30 && !isDone(await manifest()); runs += 1) {
        await keeper.run()
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
    // Nothing else changes: the table is at rest.
    await keepUntil(({ purges }) => purges === undefined)
    expect((await manifest()).purges).toBeUndefined()
    for (const folder of ['base/', 'batches/', 'retired/'])
      expect(await textsIn(folder)).not.toContain('Purpureus')
    expect(await notes()).not.toContain('p Purpureus')
    expect(await verify()).toMatchObject({ clean: true })
  })
})

/** Every value of the Parquet files below a folder as text, and the names of all objects. */
async function textsIn(prefix: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-texts-'))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    const found: string[] = []
    for (const [at, key] of (await keys(prefix)).entries()) {
      found.push(key)
      const bytes = await awsLakeOf(aws).objects.get(key)
      if (!bytes || !key.endsWith('.parquet')) continue
      const file = join(folder, `${at}.parquet`)
      await writeFile(file, bytes)
      const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)).getRowsJson()
      found.push(...rows.flat().map(String))
    }
    return found
  } finally {
    connection.closeSync()
    await rm(folder, { recursive: true })
  }
}

describe('the command line', () => lakeCommandsSuite(() => aws, SCHEMA))

describe('the keeper', () => {
  it('makes no call that its role does not permit', () => {
    expect(unpermittedCalls(aws)).toEqual([])
  })

  it('has used what its role permits, but for what a rebuild and a purge need', () => {
    const own = unusedPermissions(aws).filter((one) => one.startsWith('LakeKeeperRole'))
    expect(own.map((one) => one.split(' ')[1])).toEqual([
      // Of a base with columns of another type, and of an upload that breaks off.
      ...['glue:DeleteTable', 's3:ListMultipartUploadParts'],
    ])
  })
})
