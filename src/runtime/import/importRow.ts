import type { ErrorCode } from '../../errors/codes.js'

/** One row of a source, or why it could not even be read. */
export type ImportRow =
  | {
      /** Where the row starts in its source, counted from 1. */
      readonly line: number
      readonly values: Readonly<Record<string, unknown>>
    }
  | { readonly line: number; readonly unreadable: string }

/** A row that was not imported. */
export interface RowError {
  readonly line: number
  readonly code: ErrorCode
  /** A sentence for the user. */
  readonly message: string
}

/** What became of the rows. */
export interface ImportCounts {
  /** All rows read; the sum of the others. */
  readonly rows: number
  readonly created: number
  /** Stored already with the same values. */
  readonly unchanged: number
  readonly replaced: number
  /** Stored already with other values, which were to stay. */
  readonly skipped: number
  readonly failed: number
}

/** What became of one row. */
export type RowOutcome = Exclude<keyof ImportCounts, 'rows' | 'failed'> | Omit<RowError, 'line'>
