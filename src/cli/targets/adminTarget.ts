import type { Json } from '../../model/json.js'
import type { Project } from '../../model/types.js'
import type { ItemTable } from '../../ports/itemTable.js'
import type { SqlEngine } from '../../ports/sqlEngine.js'
import type { ExportTable } from '../export/rowsOf.js'
import type { Output } from '../output.js'

/** The stored side of a project, wherever it runs, as far as commands look after it. */
export interface AdminTarget {
  readonly table: Pick<ItemTable, 'get' | 'scan' | 'write'>
  /** Stops an execution. */
  readonly sql: Pick<SqlEngine, 'cancel'>
  readonly deadLetters: DeadLetterBox
  /** Writes the lake's files of the chosen tables below a folder. Throws `CliError` where there are none to write. */
  exportParquet(job: ParquetExport): Promise<WrittenTable[]>
}

/** What could not be done, and waits for somebody to look. */
export interface DeadLetterBox {
  /** The oldest first. `total`: how many there are in all. */
  list(limit: number): Promise<{ readonly letters: readonly ListedLetter[]; readonly total: number }>
  /** Puts dead letters on their way again; undefined: every one. */
  replay(ids: readonly string[] | undefined): Promise<Replayed>
}

/** A dead letter as people are shown it. */
export interface ListedLetter {
  readonly id: string
  /** `projection`, `cascade`, `deletion`, `stream`. */
  readonly source: string
  readonly subject: string
  readonly attempts: number
  readonly createdAt: string
  readonly error: string
  /** All of it, for programs. */
  readonly json: Json
}

export interface Replayed {
  readonly replayed: readonly string[]
  readonly missing: readonly string[]
  /** What else there is to know. */
  readonly note?: string
}

export interface ParquetExport {
  readonly project: Project
  readonly tables: readonly ExportTable[]
  readonly out: string
  readonly force: boolean
  readonly output: Output
  readonly onProgress: (table: string, rows: number) => void
}

export interface WrittenTable {
  readonly table: string
  readonly rows: number
  readonly file: string
}
