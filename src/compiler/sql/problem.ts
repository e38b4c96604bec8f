import type { StatementCode } from '../../errors/statementCodes.js'

/** A mistake in one statement; offsets are UTF-16 units within its SQL. */
export interface SqlProblem {
  readonly code: StatementCode
  readonly message: string
  readonly hint?: string
  readonly severity?: 'error' | 'warning'
  readonly start: number
  readonly end: number
}

/** A stretch of the SQL. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A problem at a place; `hint` may be undefined, so that a suggestion can be passed as it comes. */
export function problemAt(span: Span, code: StatementCode, message: string, hint?: string): SqlProblem {
  const { start, end } = span
  return hint === undefined ? { code, message, start, end } : { code, message, hint, start, end }
}
