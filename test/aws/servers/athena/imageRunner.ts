import { resolveNames } from '../../../../src/compiler/sql/resolveNames.js'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import { parseStatement } from '../../../../src/trino/parseStatement.js'
import { openLakeImage } from './lakeImage.js'
import { runStatement } from './runStatement.js'
import type { AthenaServerOptions, StatementRunner } from './startAthenaServer.js'

/**
 * Runs statements over the objects of layout `rows` that are in S3 at that moment, with Trino's dialect as the embedded
 * engine translates it.
 */
export async function imageRunner({
  s3,
  lakeBucket: bucket,
  tables,
  database,
  onListed,
}: AthenaServerOptions): Promise<StatementRunner> {
  const image = await openLakeImage({ s3, bucket, tables, ...(onListed && { onListed }) })
  return {
    async run(sql, signal, access) {
      for (const table of tablesOf(sql, tables)) {
        for (const resource of ['catalog', `database/${database}`, `table/${database}/${table.name}`]) {
          access('glue:GetTable', resource)
        }
        access('s3:GetBucketLocation', bucket)
        access('s3:ListBucket', bucket)
        for (const key of await image.refresh(table)) access('s3:GetObject', `${bucket}/${key}`)
        signal.throwIfAborted()
      }
      return runStatement(image.instance, sql, tables, signal)
    },
    async warm() {
      for (const table of tables) await image.refresh(table)
    },
    async close() {
      image.close()
    },
  }
}

/** The tables that a statement reads; none of one that can't be read. */
function tablesOf(sql: string, tables: readonly LakeTable[]): readonly LakeTable[] {
  try {
    const catalog = { tables: new Map(tables.map((table) => [table.name, table])), broken: new Set<string>() }
    const read = new Set(resolveNames(parseStatement(sql), catalog).tables)
    return tables.filter(({ name }) => read.has(name))
  } catch {
    return []
  }
}
