import type { Span } from '../../../trino/ast.js'
import type { Typed } from './typed.js'
import type { SqlType } from './types.js'

/** A lambda's SQL and the type of what it gives. */
export interface TranslatedLambda {
  readonly sql: string
  readonly type: SqlType
}

/** A call of a function as its rule sees it: arguments are translated when they are asked for. */
export interface FunctionCall {
  /** Lower case. */
  readonly name: string
  readonly count: number
  readonly star: boolean
  readonly span: Span
  /** An argument; times in another zone than UTC are refused. */
  arg(at: number): Typed
  /** An argument of a function that looks at `Typed.zone`. */
  zonedArg(at: number): Typed
  args(): Typed[]
  /** An argument's SQL in a type that it must be coercible to. */
  as(at: number, type: SqlType): string
  /**
   * An argument that has to be a string literal; `what` names it. A NULL gives the fallback: the call is NULL then,
   * whatever its rule makes of it.
   */
  text(at: number, what: string, fallback: string): string
  /** An argument that has to be a whole number written in the statement; a NULL as with `text`. */
  integer(at: number, what: string): bigint
  /** Whether `text` or `integer` has met a NULL. */
  isNull(): boolean
  /** A lambda whose parameters have these types. */
  lambda(at: number, parameters: readonly SqlType[]): TranslatedLambda
  /** The body of a lambda whose parameters are these values. */
  body(at: number, parameters: readonly Typed[]): Typed
  /**
   * An aggregate or window function of DuckDB with this call's DISTINCT, ORDER BY, FILTER, IGNORE NULLS and OVER.
   * `distinct` asks for DISTINCT where the call has none.
   */
  apply(name: string, args: readonly string[], distinct?: boolean): string
  readonly distinct: boolean
  readonly isWindow: boolean
  /** A name that occurs nowhere else. */
  fresh(prefix: string): string
  /** Throws; the error points to an argument, or to the call. */
  fail(message: string, at?: number): never
}
