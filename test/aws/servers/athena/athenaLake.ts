import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  type AthenaSqlEngineOptions,
  athenaSqlEngine,
} from '../../../../src/adapters/aws/athena/athenaSqlEngine.js'
import { athenaClient } from '../../../../src/adapters/aws/clients/athenaClient.js'
import { s3Client } from '../../../../src/adapters/aws/clients/s3Client.js'
import { rowFileMaker } from '../../../../src/lake/rowFile.js'
import { lakeTables } from '../../../../src/model/lakeSchema.js'
import type { Item } from '../../../../src/ports/itemTable.js'
import type { SqlEngine } from '../../../../src/ports/sqlEngine.js'
import { SHOP } from '../../../sql/testShop.js'
import { startObjectServer } from '../objectServer.js'
import { type AthenaServer, type AthenaServerOptions, startAthenaServer } from './startAthenaServer.js'

export const LAKE = 'ocg-shop-111122223333'
export const RESULTS = 'ocg-shop-athena-results-111122223333'

/** The lake of `SHOP` on servers of its own, with Athena over it. */
export interface AthenaLake {
  readonly s3: S3Client
  readonly server: AthenaServer
  engine(options?: Partial<AthenaSqlEngineOptions>): SqlEngine
  /** Writes the items' objects; answers their keys. */
  put(...items: readonly Item[]): Promise<string[]>
  remove(key: string): Promise<void>
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openAthenaLake(
  options: Partial<Omit<AthenaServerOptions, 's3' | 'tables'>> = {},
): Promise<AthenaLake> {
  const tables = lakeTables(SHOP)
  const makers = new Map(tables.map((table) => [table.name, rowFileMaker(table)]))
  const objects = await startObjectServer()
  const s3 = s3Client(objects.settings)
  for (const Bucket of [LAKE, RESULTS]) await s3.send(new CreateBucketCommand({ Bucket }))
  const server = await startAthenaServer({
    s3,
    lakeBucket: LAKE,
    database: 'shop_db',
    tables,
    workgroups: ['OCG-shop'],
    ...options,
  })

  async function put(item: Item): Promise<string> {
    const make = makers.get(String(item.entityType))
    if (!make) throw new Error(`There is no table ${String(item.entityType)}.`)
    const { path, body } = make(item)
    await s3.send(new PutObjectCommand({ Bucket: LAKE, Key: path, Body: body }))
    return path
  }

  const remove = async (Key: string) => {
    await s3.send(new DeleteObjectCommand({ Bucket: LAKE, Key }))
  }

  return {
    s3,
    server,
    engine: (given = {}) =>
      athenaSqlEngine({
        client: athenaClient({ ...objects.settings, endpoint: server.endpoint }),
        database: 'shop_db',
        outputLocation: `s3://${RESULTS}/results/`,
        workgroup: 'OCG-shop',
        resultReuseMinutes: 0,
        clock: { now: () => Date.now() },
        restarts: true,
        ...given,
      }),
    put: (...items) => Promise.all(items.map(put)),
    remove,
    async empty() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: LAKE }))
      for (const { Key = '' } of Contents) await remove(Key)
    },
    async close() {
      await server.close()
      await objects.close()
    },
  }
}
