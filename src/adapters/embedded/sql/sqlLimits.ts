import { availableParallelism, totalmem } from 'node:os'

/** What statements may use up. Every limit holds for the process that runs SQL, never for the host's own. */
export interface SqlLimits {
  /** DuckDB's threads. Default: the machine's cores. */
  readonly threads: number
  /** Memory of all statements together, in MiB. Default: a quarter of the machine's, at most 4,096. */
  readonly memoryMb: number
  /** Disk that statements may use for what does not fit into memory, in MiB. Default: 16,384. */
  readonly spillMb: number
  /** Executions (tasks) at the same time; more wait in line. Default: 2. */
  readonly concurrentExecutions: number
  /** Executions that may run and wait; one more is refused as throttled. Default: 1,000. */
  readonly unfinishedExecutions: number
  /** Direct queries at the same time; more wait in line, within their time limit. Default: 4. */
  readonly concurrentQueries: number
  /** Longest run of an execution, waiting in line not counted. Default: 15 minutes. */
  readonly executionTimeoutMs: number
  /** Most rows of an execution's result. Default: 1,000,000. */
  readonly executionRows: number
  /** Most bytes of an execution's result as JSON. Default: 512 MiB. */
  readonly executionBytes: number
  /** Most bytes of a direct query's result as JSON. Default: 16 MiB. */
  readonly queryBytes: number
  /** Bytes up to which the query image's file is left alone, however much of it is unused. Default: 64 MiB. */
  readonly imageBytes: number
  /** How often the size of that file is looked at. Default: 15 s. */
  readonly imageLookMs: number
  /** How long a statement may ignore its end before its whole process is ended. Default: 2 s. */
  readonly graceMs: number
  /** How long an execution and its result are kept. Default: 30 days. */
  readonly retentionMs: number
}

const DAY_MS = 86_400_000

/** The given limits, and the defaults of the others. */
export function sqlLimits(given: Partial<SqlLimits> = {}): SqlLimits {
  return {
    threads: availableParallelism(),
    memoryMb: Math.max(256, Math.min(4096, Math.floor(totalmem() / 4 / 1024 / 1024))),
    spillMb: 16_384,
    concurrentExecutions: 2,
    unfinishedExecutions: 1000,
    concurrentQueries: 4,
    executionTimeoutMs: 15 * 60_000,
    executionRows: 1_000_000,
    executionBytes: 512 * 1024 * 1024,
    queryBytes: 16 * 1024 * 1024,
    imageBytes: 64 * 1024 * 1024,
    imageLookMs: 15_000,
    graceMs: 2000,
    retentionMs: 30 * DAY_MS,
    ...given,
  }
}
