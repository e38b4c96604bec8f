import type { Expression } from '../../../trino/ast.js'
import type { SqlType } from './types.js'

/** A column of a query's result. */
export interface OutputColumn {
  /** Name as the statement gives it, or `_col0` as Trino makes it. */
  readonly label: string
  /** Name in the SQL. */
  readonly name: string
  readonly type: SqlType
  /** As of `Typed`. */
  readonly finite?: boolean
  readonly number?: boolean
}

export interface TranslatedQuery {
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

export interface Output extends OutputColumn {
  readonly sql: string
  readonly span: { readonly start: number; readonly end: number }
  /** Absent for a column of `*`. */
  readonly expression?: Expression
  readonly zone?: string
}
