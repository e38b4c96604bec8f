import type { Expression, Query, QueryBody } from '../../../trino/ast.js'
import type { Scope } from './scope.js'
import type { OutputColumn, TranslatedQuery } from './translatedQuery.js'
import type { Typed } from './typed.js'

/** A relation that statements can name: a lake table, or a query of WITH. */
export interface NamedRelation {
  /** How DuckDB's FROM names it. */
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

/** GROUP BY of the SELECT that an expression stands in. */
export interface Grouping {
  /** SQL of each grouping expression. */
  readonly keys: ReadonlySet<string>
  /** Scope of the SELECT's own columns. */
  readonly scope: Scope
  /** Expressions already translated without regard to grouping. */
  readonly free: WeakMap<Expression, Typed>
}

/** The parts of the translation that call each other in a circle: a query holds expressions, and they hold queries. */
export interface Translator {
  /** Use `render`, which looks at GROUP BY and zones too. */
  expression(expression: Expression, environment: Environment): Typed
  /** Columns get names of their own, except at the top, where they are the statement's. */
  query(query: Query, environment: Environment, top?: boolean): TranslatedQuery
  body(body: QueryBody, environment: Environment, top: boolean): TranslatedQuery
}

/** A column that an expression names, by the place of the name in the statement. */
export interface Reference {
  readonly scope: Scope
  readonly start: number
}

/** Where an expression stands. */
export interface Environment {
  readonly scope: Scope
  /** By lower-case name, the innermost first. */
  readonly relations: ReadonlyMap<string, NamedRelation>
  /** Set in the parts of an aggregating SELECT that come after GROUP BY. */
  readonly grouping?: Grouping
  /** What is forbidden here, by the name of the place, such as WHERE: aggregates, windows. */
  readonly noAggregates?: string
  readonly noWindows?: string
  /** Named windows of the SELECT, lower case, as DuckDB's SQL. */
  readonly windows?: ReadonlySet<string>
  readonly translator: Translator
  /** Every column that was named so far. */
  readonly references: Reference[]
  /** Makes a name that occurs nowhere else in the statement. */
  readonly fresh: (prefix: string) => string
}

/** The environment of a query of its own: nothing is grouped or forbidden in it. */
export function withoutGrouping(environment: Environment): Environment {
  const { grouping: _grouping, noAggregates: _aggregates, noWindows: _windows, ...rest } = environment
  return rest
}

export function noAggregates(environment: Environment, place: string): Environment {
  return { ...environment, noAggregates: place, noWindows: place }
}

export function noWindows(environment: Environment, place: string): Environment {
  return { ...environment, noWindows: place }
}
