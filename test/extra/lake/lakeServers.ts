import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import type { LakePlace } from '../../../src/lake/sql/lakePlace.js'
import type { AthenaResult } from '../../aws/servers/athena/runStatement.js'
import { startObjectServer } from '../../aws/servers/objectServer.js'
import { openTrinoLake, type TrinoLake } from './openTrinoLake.js'

export interface LakeServers {
  readonly s3: S3Client
  readonly trino: TrinoLake
  readonly bucket: string
  readonly place: LakePlace
  /** Runs a statement in Athena's words. */
  athena(sql: string): Promise<AthenaResult>
  close(): Promise<void>
}

/** An S3 server with a bucket for the lake, and a Trino over it. VACUUM keeps no snapshot but the present one. */
export async function startLakeServers(): Promise<LakeServers> {
  const bucket = 'lake'
  const objects = await startObjectServer()
  try {
    const s3 = s3Client(objects.settings)
    await s3.send(new CreateBucketCommand({ Bucket: bucket }))
    const trino = await openTrinoLake({
      s3Endpoint: objects.endpoint,
      s3,
      lakeBucket: bucket,
      database: 'shop_db',
      snapshotAgeSeconds: 0,
    })
    return {
      s3,
      trino,
      bucket,
      place: { root: `s3://${bucket}/` },
      athena: (sql) => trino.runner.run(sql, new AbortController().signal, () => {}),
      async close() {
        await trino.close()
        await objects.close()
      },
    }
  } catch (error) {
    await objects.close()
    throw error
  }
}
