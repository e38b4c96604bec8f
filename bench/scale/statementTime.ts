import {
  ATHENA_OVERHEAD_MS,
  FILE_BYTES,
  FILES_PER_SECOND,
  LISTS_PER_SECOND,
  READS_PER_FILE,
} from './assumptions.js'
import { PRICES } from './prices.js'

/** Bytes that Athena bills at least. Source: Athena pricing, "SQL queries". */
const LEAST_BILLED_BYTES = 10 * 1024 * 1024
const TB = 1024 ** 4

export interface StatementCost {
  readonly seconds: number
  readonly lists: number
  readonly reads: number
  /** US dollars. */
  readonly listCost: number
  readonly readCost: number
  readonly scanCost: number
  readonly total: number
}

/** One statement alone over so many one-row files and projected partitions, as far as the assumptions are right. */
export function statementCost(partitions: number, files: number): StatementCost {
  const reads = files * READS_PER_FILE
  const listCost = partitions * PRICES.s3List
  const readCost = reads * PRICES.s3Get
  const scanCost = (Math.max(LEAST_BILLED_BYTES, files * FILE_BYTES) / TB) * PRICES.athenaTerabyte
  return {
    seconds: ATHENA_OVERHEAD_MS / 1000 + partitions / LISTS_PER_SECOND + files / FILES_PER_SECOND,
    lists: partitions,
    reads,
    listCost,
    readCost,
    scanCost,
    total: listCost + readCost + scanCost,
  }
}
