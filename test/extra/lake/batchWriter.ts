import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { batchFileMaker } from '../../../src/lake/batchFile.js'
import { type BatchRow, monthsOf } from '../../../src/lake/batchRow.js'
import { batchKey } from '../../../src/model/lakeLayout.js'
import type { LakeTable } from '../../../src/model/lakeSchema.js'
import type { LakeBatch } from '../../../src/ports/lakeManifests.js'

/** Writes batches of tables as the stream processor does; each on a day of its own, or on one that is given. */
export function batchWriter(s3: S3Client, bucket: string) {
  let count = 0
  return async (table: LakeTable, rows: readonly BatchRow[], on?: string): Promise<LakeBatch> => {
    const id = String(count).padStart(32, '0')
    const day = on ?? new Date(Date.UTC(2026, 0, 1 + (count % 300))).toISOString().slice(0, 10)
    count += 1
    const body = batchFileMaker(table)(rows)
    const key = batchKey(table.name, day, id)
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
    return {
      key,
      day,
      months: monthsOf(rows),
      rows: rows.length,
      bytes: body.length,
      addedAt: 0,
      generation: 0,
    }
  }
}
