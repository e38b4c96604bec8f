import type { S3Client } from '@aws-sdk/client-s3'
import { batchColumns } from '../../../src/lake/batchFile.js'
import { hiveType } from '../../../src/lake/hiveType.js'
import { batchesNames, CHANGE_DAY } from '../../../src/model/lakeLayout.js'
import type { LakeTable } from '../../../src/model/lakeSchema.js'
import type { StatementRunner } from '../../aws/servers/athena/startAthenaServer.js'
import { createGlueTable, type GlueTable } from './glueTable.js'
import { runOnTrino, type TrinoRows } from './lakeClient.js'
import { CATALOG, ICEBERG, startLakeTrino } from './startLakeTrino.js'
import { trinoRunner } from './trinoRunner.js'

export interface TrinoLakeOptions {
  readonly s3Endpoint: string
  /** A client of the same server. */
  readonly s3: S3Client
  /** There already. */
  readonly lakeBucket: string
  readonly database: string
  /** Seconds that VACUUM keeps snapshots, in the place of what tables say. */
  readonly snapshotAgeSeconds?: number
  /** How often each VACUUM and OPTIMIZE has to run, as with Athena when there are many files. Default 1. */
  readonly runsNeeded?: number
}

/** A Trino over an S3 server, for Athena: one database of Hive and Iceberg tables. */
export interface TrinoLake {
  readonly url: string
  /** For `startAthenaServer`: statements in Athena's words. */
  readonly runner: StatementRunner
  /** A statement in Trino's words. Throws `TrinoError`. */
  query(sql: string): Promise<TrinoRows>
  /** Makes a table from what CloudFormation puts into Glue's catalog. */
  createTable(table: GlueTable): Promise<void>
  /** Makes a view, as soon as the tables that it reads are there: Trino looks at them, Glue does not. */
  createView(name: string, sql: string): Promise<void>
  close(): Promise<void>
}

/** Starts the server; takes some 20 s. Everything listens on loopback. */
export async function openTrinoLake(options: TrinoLakeOptions): Promise<TrinoLake> {
  const { s3Endpoint, s3, lakeBucket: bucket, database, snapshotAgeSeconds } = options
  const trino = await startLakeTrino(s3Endpoint)
  const { url } = trino
  const query = (sql: string) => runOnTrino(url, database, sql)
  const waiting = new Map<string, string>()

  async function createWaitingViews(): Promise<void> {
    for (const [name, sql] of waiting) {
      try {
        await query(`CREATE OR REPLACE VIEW ${CATALOG}."${database}"."${name}" AS ${sql}`)
        waiting.delete(name)
      } catch {
        // A table that it reads is not there yet.
      }
    }
  }

  try {
    await query(`CREATE SCHEMA ${ICEBERG}."${database}"`)
  } catch (error) {
    await trino.stop()
    throw error
  }
  return {
    url,
    runner: trinoRunner({
      url,
      database,
      bucket,
      ...(snapshotAgeSeconds !== undefined && { snapshotAgeSeconds }),
      ...(options.runsNeeded !== undefined && { runsNeeded: options.runsNeeded }),
      onCatalogChange: createWaitingViews,
    }),
    query,
    createTable: (table) => createGlueTable(s3, url, database, table),
    async createView(name, sql) {
      waiting.set(name, sql)
      await createWaitingViews()
    },
    close: () => trino.stop(),
  }
}

/** The table of a table's batches, as the stack has it in Glue. */
export function batchesGlueTable(table: LakeTable, root: string): GlueTable {
  const { batches, batchesPrefix } = batchesNames(table.name)
  const location = `${root}${batchesPrefix}`
  return {
    name: batches,
    columns: batchColumns(table).map(({ name, type }) => ({
      name: name.toLowerCase(),
      type: hiveType(type),
    })),
    partitionKeys: [{ name: CHANGE_DAY, type: 'string' }],
    parameters: {
      [`projection.${CHANGE_DAY}.type`]: 'date',
      [`projection.${CHANGE_DAY}.format`]: 'yyyy-MM-dd',
      [`projection.${CHANGE_DAY}.range`]: '2026-01-01,NOW+1DAYS',
      [`projection.${CHANGE_DAY}.interval`]: '1',
      [`projection.${CHANGE_DAY}.interval.unit`]: 'DAYS',
      'storage.location.template': `${location}${CHANGE_DAY}=\${${CHANGE_DAY}}/`,
    },
    location,
  }
}
