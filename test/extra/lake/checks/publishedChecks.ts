import { hiveType } from '../../../../src/lake/hiveType.js'
import type { Json } from '../../../../src/model/json.js'
import type { LakeTable, LakeType } from '../../../../src/model/lakeSchema.js'
import { sameRows } from '../../../dialect/compareAnswers.js'
import { trinoOfHive } from '../hiveTypes.js'
import type { LakeServers } from '../lakeServers.js'
import type { Report } from '../report.js'
import type { EmbeddedShop } from '../shop.js'
import { CATALOG } from '../startLakeTrino.js'
import { jsonRows } from '../trinoRows.js'

const PARTITIONS = ['year', 'month', 'day'] as const

/** The Parquet files that the embedded host publishes, as Hive tables: Trino agrees with the embedded host. */
export async function checkPublished(
  report: Report,
  { trino }: LakeServers,
  shop: EmbeddedShop,
): Promise<void> {
  const schema = 'published'
  await report.check('published lake: tables registered', async () => {
    const folder = await shop.publish()
    await trino.query(`CREATE SCHEMA ${CATALOG}.${schema}`)
    for (const table of shop.tables) {
      const location = `file://${folder}/tables/${table.name}`
      const columns = [...table.columns, ...keysOf(table)].map(({ name, type }) => {
        return `"${name.toLowerCase()}" ${trinoOfHive(hiveType(type), 3)}`
      })
      const keys = keysOf(table).map(({ name }) => `'${name}'`)
      await trino.query(
        `CREATE TABLE ${CATALOG}.${schema}."${table.name}" (${columns.join(', ')})
           WITH (format = 'PARQUET', external_location = '${location}', partitioned_by = ARRAY[${keys.join(', ')}])`,
      )
      await trino.query(
        `CALL ${CATALOG}.system.sync_partition_metadata('${schema}', '${table.name}', 'FULL')`,
      )
    }
    return `${shop.tables.length} tables`
  })
  for (const table of shop.tables) {
    await report.check(`published ${table.name}: the rows of the embedded host`, async () => {
      const columns = [...table.columns.map(({ name }) => name), ...table.partitionColumns]
      const select = (from: string) =>
        `SELECT ${columns.map((name) => `"${name.toLowerCase()}"`).join(', ')} FROM ${from}`
      const found = jsonRows(await trino.query(select(`${CATALOG}.${schema}."${table.name}"`)))
      const expected = await shop.query(select(`"${table.name}"`))
      if (!sameRows('', found, expected as Json[][])) {
        throw new Error(
          `Trino ${found.length} rows such as ${JSON.stringify(found[0])}, embedded ${expected.length} such as ${JSON.stringify(expected[0])}`,
        )
      }
      return `${found.length} rows`
    })
  }
}

/** Folders of the files; a field of the same name is none in the music shop. */
function keysOf(table: LakeTable): { readonly name: string; readonly type: LakeType }[] {
  if (table.partitionColumns.length < PARTITIONS.length) throw new Error(`${table.name} hides a partition.`)
  return PARTITIONS.map((name) => ({ name, type: { kind: 'string' } }))
}
