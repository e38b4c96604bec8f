import type { LakeTable } from '../model/lakeSchema.js'
import { batchFileMaker } from './batchFile.js'
import type { BatchRow } from './batchRow.js'
import { readBatchFile } from './readBatchFile.js'

/** How batches of a table are written down. */
export interface BatchFormat {
  encode(rows: readonly BatchRow[]): Uint8Array
  /** Throws for bytes that are no batch. */
  decode(bytes: Uint8Array): Promise<readonly BatchRow[]>
}

export function parquetBatches(table: LakeTable): BatchFormat {
  return { encode: batchFileMaker(table), decode: (bytes) => readBatchFile(table, bytes) }
}
