import type { LakeTable } from '../../model/lakeSchema.js'
import type { Expression, Query } from '../../trino/ast.js'
import type { ColumnReads } from './columnReads.js'
import type { Span } from './problem.js'
import type { Report } from './report.js'
import type { Columns, Scope } from './scope.js'

export interface Catalog {
  /** By lake name. */
  readonly tables: ReadonlyMap<string, LakeTable>
  /** Join tables whose INSERT has mistakes: they exist, and nothing is known of their columns. */
  readonly broken: ReadonlySet<string>
  /** Lake names of the tables that are marked large. */
  readonly large?: ReadonlySet<string>
  /** Columns that may be null, in lower case, by lake name. */
  readonly nullable?: ReadonlyMap<string, ReadonlySet<string>>
}

/** A place where a statement refers to a table of the catalog, not to a WITH query of its name. */
export interface TableReference extends Span {
  /** Lake name. */
  readonly table: string
  /** Whether it has no alias where it could have one: the statement then may call it by the table's name. */
  readonly named: boolean
}

export type Output = readonly string[] | undefined

/** What surrounds a query. */
export interface Surroundings {
  /** Columns of the WITH queries in sight, by name in lower case. */
  readonly ctes: ReadonlyMap<string, Columns>
  /** Scope of the query that this one stands in, if it may refer to it. */
  readonly outer: Scope | undefined
}

/** What the parts of one resolution share. */
export interface Resolution {
  readonly catalog: Catalog
  readonly report: Report
  /** Lake names of the tables found so far. */
  readonly tables: Set<string>
  /** Where they are referred to, in no order. */
  readonly references: TableReference[]
  /** Columns of these tables that were read so far. */
  readonly reads: ColumnReads
  query(query: Query, around: Surroundings): Output
  expressions(expressions: readonly Expression[], scope: Scope, around: Surroundings): void
}
