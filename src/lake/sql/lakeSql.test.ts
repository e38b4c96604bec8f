import { describe, expect, test } from 'vitest'
import { batchKey } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch, LakeManifest } from '../../ports/lakeManifests.js'
import { addColumnsStatement, createBaseStatement } from './baseStatements.js'
import { lakeRelations } from './lakeRelations.js'
import { optimizeStatements, snapshotStatement, vacuumStatement } from './maintenance.js'
import { mergeStatements } from './mergeStatements.js'
import { tableRelation, viewColumns } from './tableRelation.js'

const PLACE = { root: 's3://lake/' }

const TABLE: LakeTable = {
  name: 'order',
  kind: 'entity',
  idColumn: 'id',
  columns: [
    { name: 'id', type: { kind: 'string' } },
    { name: 'month', type: { kind: 'int' } },
    { name: 'places', type: { kind: 'struct', fields: [{ name: 'At', type: { kind: 'timestamp' } }] } },
    { name: 'createdAt', type: { kind: 'timestamp' } },
  ],
  partitionColumns: ['year', 'day'],
}

function batch(nth: number, months: readonly string[] = ['2024-01']): LakeBatch {
  const day = '2026-11-21'
  const key = batchKey('order', day, `${nth}`.padStart(32, '0'))
  return { key, day, months, rows: 1, bytes: 1, addedAt: 0, generation: 0 }
}

const many = (count: number) => Array.from({ length: count }, (_, nth) => batch(nth))

describe('the relation of a table', () => {
  test('is an empty one of its types when nothing has been written', () => {
    expect(tableRelation(TABLE, { batches: [] }, PLACE)).toBe(
      'SELECT CAST(NULL AS varchar) AS "id", CAST(NULL AS integer) AS "month", CAST(NULL AS row("at" timestamp(3))) AS "places", CAST(NULL AS timestamp(3)) AS "createdat", CAST(NULL AS varchar) AS "year", CAST(NULL AS varchar) AS "day" WHERE false',
    )
  })

  test('reads one snapshot, and columns that it has not are null', () => {
    const sql = tableRelation(
      TABLE,
      { snapshot: '42', baseColumns: { id: 'string', createdat: 'timestamp', month: 'bigint' }, batches: [] },
      PLACE,
    )
    expect(sql).toBe(
      `SELECT b."id" AS "id", CAST(b."month" AS integer) AS "month", CAST(NULL AS row("at" timestamp(3))) AS "places", CAST(b."createdat" AS timestamp(3)) AS "createdat", b."year" AS "year", date_format(b."createdat", '%d') AS "day" FROM "__order_base" FOR VERSION AS OF 42 AS b`,
    )
  })

  test('reads the batches that the manifest names, each object once and no others', () => {
    const sql = tableRelation(TABLE, { snapshot: '42', batches: [batch(1), batch(2)] }, PLACE)
    expect(sql).toContain(
      `WHERE "_day" IN ('2026-11-21') AND "$path" IN ('s3://lake/${batch(1).key}', 's3://lake/${batch(2).key}')`,
    )
    expect(sql.match(/"__order_batches"/g)).toHaveLength(1)
    const short = tableRelation(TABLE, { batches: [batch(1)] }, PLACE, 'names')
    expect(short).toContain(`regexp_extract("$path", '[^/]+$') IN ('${'1'.padStart(32, '0')}.parquet')`)
    expect(short).not.toContain('s3://')
  })

  test('takes no snapshot that is no number', () => {
    expect(() => tableRelation(TABLE, { snapshot: '1 OR true', batches: [] }, PLACE)).toThrow('invariant')
  })

  test('has as many columns as its list of them', () => {
    expect(viewColumns(TABLE).map(({ name }) => name)).toEqual([
      'id',
      'month',
      'places',
      'createdat',
      'year',
      'day',
    ])
  })
})

describe('the relations of a statement', () => {
  const relationsOf = (batches: readonly LakeBatch[], maxBytes: number) => {
    const manifest = { table: 'order', batches } as unknown as LakeManifest
    return lakeRelations(
      [TABLE],
      { read: async () => new Map([['order', manifest]]) },
      PLACE,
    )(['order'], maxBytes)
  }

  test('name objects in fewer bytes when there is too little room, and only then', async () => {
    const long = (await relationsOf(many(500), 262_144)).get('order')?.sql ?? ''
    const short = (await relationsOf(many(500), 30_000)).get('order')?.sql ?? ''
    expect([long.includes('s3://'), short.includes('s3://')]).toEqual([true, false])
    expect(short.length).toBeLessThan(0.6 * long.length)
  })

  test('are those of nothing for a table without a manifest', async () => {
    const relations = await lakeRelations([TABLE], { read: async () => new Map() }, PLACE)(['order'], 1000)
    expect(relations.get('order')).toMatchObject({ sql: expect.stringContaining('WHERE false') })
  })
})

describe('MERGE', () => {
  test('takes at most 100 months a statement, and every batch of them', () => {
    const months = Array.from({ length: 230 }, (_, nth) =>
      new Date(Date.UTC(2010, nth)).toISOString().slice(0, 7),
    )
    const batches = [batch(1, months), batch(2, months.slice(150, 151))]
    const statements = mergeStatements(TABLE, batches, PLACE)
    expect(statements).toHaveLength(3)
    expect(statements.map((sql) => sql.includes(batch(2).key))).toEqual([false, true, false])
    expect(mergeStatements(TABLE, batches, PLACE)).toEqual(statements)
    const named = statements.map((sql) => /'%Y-%m'\) IN \(([^)]*)\)/.exec(sql)?.[1]?.split(', '))
    expect(named.flat()).toEqual(months.map((month) => `'${month}'`))
  })

  test('is nothing for no batches, and never too long', () => {
    expect(mergeStatements(TABLE, [], PLACE)).toEqual([])
    const [sql = ''] = mergeStatements(TABLE, many(4000), PLACE)
    expect(Buffer.byteLength(sql)).toBeLessThan(262_144)
  })

  test('has room in the manifest beside the list of its batches', () => {
    const [usual = ''] = mergeStatements(TABLE, many(500), PLACE)
    expect(usual).toContain('s3://')
    const [sql = ''] = mergeStatements(TABLE, many(2000), PLACE)
    expect(Buffer.byteLength(sql)).toBeLessThan(120_000)
  })
})

describe('maintenance', () => {
  test('packs no more partitions in a statement than one may write', () => {
    const months = Array.from({ length: 40 }, (_, nth) => {
      return new Date(Date.UTC(1990 + nth, nth % 12)).toISOString().slice(0, 7)
    })
    const statements = optimizeStatements(TABLE, months)
    const lists = statements.map((sql) =>
      [...sql.matchAll(/IN \(([^)]*)\)/g)].map(([, list = '']) => list.split(', ')),
    )
    for (const [years = [], some = []] of lists) expect(years.length * some.length).toBeLessThanOrEqual(100)
    expect(lists.flatMap(([years]) => years)).toHaveLength(40)
    // Of no months: another snapshot, by a condition on partitions alone.
    expect(optimizeStatements(TABLE, [])).toEqual([`DELETE FROM "__order_base" WHERE "year" = ''`])
  })

  test('names the base as Athena wants it: in quotes, bare, or in backticks', () => {
    expect(snapshotStatement(TABLE)).toContain('FROM "__order_base$history"')
    expect(vacuumStatement(TABLE)).toBe('VACUUM `__order_base`')
    expect(optimizeStatements(TABLE, ['2024-02', '2023-11'])).toEqual([
      `OPTIMIZE __order_base REWRITE DATA USING BIN_PACK WHERE "year" IN ('2023', '2024') AND "partition_month" IN ('02', '11')`,
    ])
    expect(addColumnsStatement(TABLE, ['Places'])).toBe(
      'ALTER TABLE `__order_base` ADD COLUMNS (`places` struct<at:timestamp>)',
    )
    expect(createBaseStatement(TABLE, 's3://lake/base/order/', { snapshotAgeSeconds: 7200 })).toMatch(
      /^CREATE TABLE IF NOT EXISTS `__order_base` \(.*`partition_month` string\) PARTITIONED BY \(`year`, `partition_month`\) LOCATION 's3:\/\/lake\/base\/order\/' TBLPROPERTIES \(.*'vacuum_max_snapshot_age_seconds' = '7200'/,
    )
  })
})
