import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { newestRows, tombstoneOf } from '../../../../src/lake/batchRow.js'
import { hiveType } from '../../../../src/lake/hiveType.js'
import { rowFileMaker } from '../../../../src/lake/rowFile.js'
import {
  addColumnsStatement,
  createBaseStatement,
  dropBaseStatement,
} from '../../../../src/lake/sql/baseStatements.js'
import { lakeRelations } from '../../../../src/lake/sql/lakeRelations.js'
import {
  clearStatement,
  optimizeStatements,
  snapshotStatement,
  vacuumStatement,
} from '../../../../src/lake/sql/maintenance.js'
import { mergeStatements } from '../../../../src/lake/sql/mergeStatements.js'
import { tableRelation, viewColumns } from '../../../../src/lake/sql/tableRelation.js'
import { viewText } from '../../../../src/lake/sql/viewText.js'
import { batchesNames, batchKey } from '../../../../src/model/lakeLayout.js'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import type { LakeBatch, LakeManifest } from '../../../../src/ports/lakeManifests.js'
import { batchWriter } from '../batchWriter.js'
import { history } from '../history.js'
import type { LakeServers } from '../lakeServers.js'
import { batchesGlueTable } from '../openTrinoLake.js'
import { expectSame, type Report } from '../report.js'
import { rowsGlueTable } from '../rowsGlueTable.js'
import { SAMPLE, sampleItem, sampleRow } from '../sampleTable.js'
import { columnTypes, jsonRows, sortedRows } from '../trinoRows.js'

type Parts = Pick<LakeManifest, 'snapshot' | 'baseColumns' | 'batches'>

/** Everything that layout `batches` asks of Athena, one after the other on one table. */
export async function checkLayout(report: Report, servers: LakeServers): Promise<void> {
  const { trino, athena, s3, bucket, place } = servers
  const write = batchWriter(s3, bucket)
  const { base: baseName, basePrefix } = batchesNames(SAMPLE.name)
  const columns = viewColumns(SAMPLE)
  const select = (from: string) => `SELECT ${columns.map(({ name }) => `"${name}"`).join(', ')} FROM ${from}`
  const shown = (parts: Parts, table: LakeTable = SAMPLE) =>
    trino.query(`SELECT * FROM (${tableRelation(table, parts, place)})`)
  const rowsOf = async (parts: Parts) => sortedRows(jsonRows(await shown(parts)))
  const snapshot = async () => (await athena(snapshotStatement(SAMPLE))).rows[0]?.[0] as string
  const fold = async (batches: readonly LakeBatch[], table = SAMPLE) => {
    for (const sql of mergeStatements(table, batches, place)) await athena(sql)
    return snapshot()
  }

  const items = Array.from({ length: 30 }, (_, nth) => sampleItem(nth, 1))
  const rows = items.map(sampleRow)
  let expected: ReturnType<typeof sortedRows> = []
  const all = await write(SAMPLE, rows)

  await report.check('tables as the stack and the keeper make them', async () => {
    await trino.createTable(batchesGlueTable(SAMPLE, place.root))
    const create = createBaseStatement(SAMPLE, place.root + basePrefix, { snapshotAgeSeconds: 7200 })
    await athena(create)
    await athena(create)
    return `${baseName}, twice`
  })

  await report.check('layout rows: the same items, one object each', async () => {
    await trino.createTable(rowsGlueTable(SAMPLE, place.root))
    const make = rowFileMaker(SAMPLE)
    for (const item of items) {
      const { path, body } = make(item)
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: path, Body: body }))
    }
    const answer = await trino.query(select('sample'))
    expected = sortedRows(jsonRows(answer))
    expectSame(
      columnTypes(answer),
      columns.map(({ name, type }) => `${name} ${type.replaceAll('"', '')}`),
      'the types',
    )
    return `${expected.length} rows`
  })

  const types = columns.map(({ name, type }) => `${name} ${type.replaceAll('"', '')}`)
  const same = async (name: string, parts: () => Promise<Parts>) => {
    await report.check(`${name}: rows and types of layout rows`, async () => {
      const answer = await shown(await parts())
      expectSame(columnTypes(answer), types, 'the types')
      const found = sortedRows(jsonRows(answer))
      expectSame(found, expected)
      return `${found.length} rows`
    })
  }
  await report.check('a table of nothing: no rows, and the types of layout rows', async () => {
    const answer = await shown({ batches: [] })
    expectSame(columnTypes(answer), types, 'the types')
    expectSame(answer.rows, [])
    return `${types.length} columns`
  })
  await same('one batch, no base', async () => ({ batches: [all] }))
  await same('the base alone', async () => ({ snapshot: await fold([all]), batches: [] }))
  await same('a base and a batch of the same', async () => ({ snapshot: await snapshot(), batches: [all] }))

  await report.check('MERGE again changes nothing', async () => {
    for (const sql of mergeStatements(SAMPLE, [all], place)) {
      expectSame((await athena(sql)).rows, [['0']], 'the changed rows')
    }
    return ''
  })

  await report.check('histories: the newest state of each key, wherever the fold cuts', async () => {
    const batches = history().map((some) => ({ some, batch: write(SAMPLE, some) }))
    const written = await Promise.all(batches.map(({ batch }) => batch))
    const truth = async (upTo: number) => {
      const newest = newestRows([...rows, ...batches.slice(0, upTo).flatMap(({ some }) => some)])
      const live = await write(
        SAMPLE,
        newest.filter(({ values }) => values !== undefined),
      )
      return rowsOf({ batches: [live] })
    }
    const truths = [await truth(2), await truth(6)]
    let at = await snapshot()
    expectSame(
      await rowsOf({ snapshot: at, batches: written.slice(0, 2) }),
      truths[0],
      'two batches over the base:',
    )
    expectSame(
      await rowsOf({ snapshot: at, batches: [...written].reverse() }),
      truths[1],
      'all batches, reversed:',
    )
    const before = at
    at = await fold(written.slice(0, 2))
    expectSame(await rowsOf({ snapshot: at, batches: [] }), truths[0], 'two folded:')
    expectSame(await rowsOf({ snapshot: at, batches: written }), truths[1], 'two folded, and named still:')
    expectSame(
      await rowsOf({ snapshot: before, batches: written.slice(0, 2) }),
      truths[0],
      'the former snapshot:',
    )
    at = await fold(written)
    expectSame(await rowsOf({ snapshot: at, batches: [] }), truths[1], 'all folded:')
    return `${written.length} batches, ${written.reduce((sum, one) => sum + one.rows, 0)} rows`
  })

  await report.check('objects that no manifest names are not opened', async () => {
    const Key = batchKey(SAMPLE.name, all.day, 'f'.repeat(32))
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'no Parquet' }))
    const found = await rowsOf({ batches: [all] })
    expectSame(found, expected)
    const failed = await trino
      .query(`SELECT * FROM "${batchesNames(SAMPLE.name).batches}"`)
      .catch((error) => error)
    if (!(failed instanceof Error)) throw new Error('The object that is no Parquet was read without a word.')
    // An empty object is passed over, so that what follows may read whole days.
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '' }))
    return 'one that is no Parquet lay beside'
  })

  await report.check('a statement of nearly 262,144 bytes, and a longer list in fewer', async () => {
    const named = (length: number) => {
      const others = Array.from({ length }, (_, at): LakeBatch => {
        return { ...all, key: batchKey(SAMPLE.name, all.day, `${at}`.padStart(32, 'e')) }
      })
      return [all, ...others]
    }
    const ask = async (length: number) => {
      const manifest = { batches: named(length) } as unknown as LakeManifest
      const read = async () => new Map([[SAMPLE.name, manifest]])
      const relations = await lakeRelations([SAMPLE], { read }, place)([SAMPLE.name], 262_000)
      const sql = `WITH x AS (${relations.get(SAMPLE.name)?.sql}) ${select('x')}`
      if (Buffer.byteLength(sql) > 262_144) throw new Error(`It has ${Buffer.byteLength(sql)} bytes.`)
      expectSame(sortedRows(jsonRows(await trino.query(sql))), expected)
      return `${length + 1} objects in ${Buffer.byteLength(sql)} bytes`
    }
    return `${await ask(3050)}, ${await ask(4000)}`
  })

  await report.check('130 months: chunks of at most 100, none lost', async () => {
    const wide = Array.from({ length: 130 }, (_, nth) => {
      const createdAt = new Date(Date.UTC(2020, nth, 15)).toISOString()
      return sampleRow(sampleItem(1000 + nth, 1, { createdAt, updatedAt: createdAt }))
    })
    const batch = await write(SAMPLE, wide)
    const statements = mergeStatements(SAMPLE, [batch], place)
    const before = await rowsOf({ snapshot: await snapshot(), batches: [batch] })
    expectSame(statements.length, 2, 'the statements')
    const counts = []
    for (const sql of statements) counts.push((await athena(sql)).rows[0]?.[0])
    expectSame(counts, ['100', '30'], 'the rows of the statements')
    expectSame(await rowsOf({ snapshot: await snapshot(), batches: [] }), before)
    return counts.join(' + ')
  })

  await report.check('the view for BI tools', async () => {
    const at = await snapshot()
    const today = new Date().toISOString().slice(0, 10)
    const fresh = sampleRow(sampleItem(3, 50, { Order: 4711 }))
    const batch = await write(SAMPLE, [fresh, tombstoneOf(sampleRow(sampleItem(8, 1)))], today)
    await trino.query('DROP TABLE sample')
    await trino.createView('sample', viewText(SAMPLE))
    const answer = await trino.query('SELECT * FROM sample')
    expectSame(columnTypes(answer), types, 'the types')
    expectSame(sortedRows(jsonRows(answer)), await rowsOf({ snapshot: at, batches: [batch] }))
    return `${answer.rows.length} rows`
  })

  await report.check('a column that is added later', async () => {
    const old = await snapshot()
    const known = Object.fromEntries(
      SAMPLE.columns.map(({ name, type }) => [name.toLowerCase(), hiveType(type)]),
    )
    const more: LakeTable = {
      ...SAMPLE,
      columns: [...SAMPLE.columns, { name: 'addedAt', type: { kind: 'array', item: { kind: 'timestamp' } } }],
    }
    await athena(addColumnsStatement(more, ['addedAt']))
    const parts = { snapshot: old, baseColumns: known, batches: [] }
    const answer = await shown(parts, more)
    expectSame(columnTypes(answer).at(more.columns.length - 1), 'addedat array(timestamp(3))', 'the type')
    const values = (found: typeof answer) => jsonRows(found).map((row) => row[more.columns.length - 1])
    expectSame([...new Set(values(answer))], [null], 'its values')
    return 'null in snapshots before it'
  })

  const objects = async () => {
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: basePrefix }))
    return listed.Contents?.length ?? 0
  }
  await report.check('OPTIMIZE of some months, and of more than one statement may pack', async () => {
    const before = await rowsOf({ snapshot: await snapshot(), batches: [] })
    const months = Array.from({ length: 130 }, (_, nth) => {
      return new Date(Date.UTC(2020, nth)).toISOString().slice(0, 7)
    })
    const all = optimizeStatements(SAMPLE, months)
    for (const sql of [...optimizeStatements(SAMPLE, ['2023-01', '2024-02']), ...all]) await athena(sql)
    expectSame(await rowsOf({ snapshot: await snapshot(), batches: [] }), before)
    return `${months.length} months in ${all.length} statements, ${before.length} rows as before`
  })
  await report.check('VACUUM removes objects, and former snapshots can not be read any more', async () => {
    const [at, count] = [await snapshot(), await objects()]
    const before = await rowsOf({ snapshot: at, batches: [] })
    await athena(vacuumStatement(SAMPLE))
    expectSame(await rowsOf({ snapshot: at, batches: [] }), before)
    const left = await objects()
    if (left >= count) throw new Error(`There are ${left} objects of ${count} left.`)
    return `${count} objects before, ${left} after`
  })
  await report.check('clearing and dropping the base', async () => {
    await athena(clearStatement(SAMPLE))
    expectSame(await rowsOf({ snapshot: await snapshot(), batches: [] }), [])
    await athena(dropBaseStatement(SAMPLE))
    await athena(dropBaseStatement(SAMPLE))
    return ''
  })
}
