import { randomUUID } from 'node:crypto'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { athenaSqlEngine } from '../../../../src/adapters/aws/athena/athenaSqlEngine.js'
import { athenaClient } from '../../../../src/adapters/aws/clients/athenaClient.js'
import { s3Client } from '../../../../src/adapters/aws/clients/s3Client.js'
import { s3ObjectStore } from '../../../../src/adapters/aws/s3/s3ObjectStore.js'
import { parquetBatches } from '../../../../src/lake/batchFormat.js'
import { batchRowMaker } from '../../../../src/lake/batchRow.js'
import { lakeRelations } from '../../../../src/lake/sql/lakeRelations.js'
import { lakeTables } from '../../../../src/model/lakeSchema.js'
import type { Item } from '../../../../src/ports/itemTable.js'
import type { SqlEngine } from '../../../../src/ports/sqlEngine.js'
import { ensureBase } from '../../../../src/runtime/lake/ensureBase.js'
import { DEFAULT_KEEPER_SETTINGS, type KeeperContext } from '../../../../src/runtime/lake/keeperContext.js'
import { keepTable } from '../../../../src/runtime/lake/keepTable.js'
import { lakeStatements } from '../../../../src/runtime/lake/lakeStatements.js'
import { storeBatch } from '../../../../src/runtime/lake/storeBatch.js'
import type { LakeRelations } from '../../../../src/runtime/statements/placeRelations.js'
import { batchesGlueTable, openTrinoLake } from '../../../extra/lake/openTrinoLake.js'
import { MemoryManifests } from '../../../lake/memoryManifests.js'
import { SHOP } from '../../../sql/testShop.js'
import { startObjectServer } from '../objectServer.js'
import { LAKE, RESULTS } from './athenaLake.js'
import { startAthenaServer } from './startAthenaServer.js'

/** The lake of `SHOP` in layout `batches`, with Athena's protocol over Trino. */
export interface BatchesLake {
  readonly engine: SqlEngine
  /** What stands for tables at the moment. */
  relations(tables: readonly string[]): Promise<LakeRelations>
  /** Writes the items of each table as one batch. */
  put(...items: readonly Item[]): Promise<void>
  /** Folds all batches into the base. */
  fold(): Promise<void>
  close(): Promise<void>
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export async function openBatchesLake(): Promise<BatchesLake> {
  const tables = lakeTables(SHOP)
  const database = 'shop_db'
  const place = { root: `s3://${LAKE}/` }
  const server = await startObjectServer()
  const s3 = s3Client(server.settings)
  for (const Bucket of [LAKE, RESULTS]) await s3.send(new CreateBucketCommand({ Bucket }))
  const trino = await openTrinoLake({ s3, s3Endpoint: server.endpoint, lakeBucket: LAKE, database })
  for (const table of tables) await trino.createTable(batchesGlueTable(table, place.root))
  const athena = await startAthenaServer({ s3, lakeBucket: LAKE, database, tables, runner: trino.runner })
  const manifests = new MemoryManifests()
  const clock = { now: () => Date.now() }
  const engine = athenaSqlEngine({
    ...{ client: athenaClient({ ...server.settings, endpoint: athena.endpoint }), database, clock },
    ...{ outputLocation: `s3://${RESULTS}/results/`, workgroup: 'OCG-shop', resultReuseMinutes: 0 },
    restarts: true,
    namesObjects: true,
  })
  const settings = { ...DEFAULT_KEEPER_SETTINGS, pollMs: 100 }
  const statements = lakeStatements(place, settings)
  const keeper: KeeperContext = {
    ...{ manifests, clock, settings, statements, sql: engine, log: SILENT },
    objects: s3ObjectStore({ client: s3, bucket: LAKE }),
    random: { uuid: () => randomUUID() },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    ensureBase: (table, manifest) => ensureBase(keeper, statements, table, manifest),
  }
  return {
    engine,
    relations: (names) => lakeRelations(tables, manifests, place)(names, 200_000),
    async put(...items) {
      for (const table of tables) {
        const rows = items.filter(({ entityType }) => entityType === table.name).map(batchRowMaker(table))
        if (rows.length === 0) continue
        const { generation } = manifests.of(table.name)
        const batch = await storeBatch(keeper, table.name, {
          ...{ rows, generation },
          format: parquetBatches(table),
        })
        await manifests.append(table.name, batch, generation)
      }
    },
    async fold() {
      for (const table of tables) await keepTable(keeper, table, { wanted: 'fold' })
      const left = tables.filter(({ name }) => manifests.of(name).batches.length > 0)
      if (left.length > 0) throw new Error(`Not folded: ${left.map(({ name }) => name).join(', ')}.`)
    },
    async close() {
      await athena.close()
      await trino.close()
      s3.destroy()
      await server.close()
    },
  }
}
