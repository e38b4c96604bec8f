import type {
  Expression,
  Name,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SortItem,
  With,
} from '../../trino/ast.js'
import { childrenOf, partsOfWindow } from '../../trino/childrenOf.js'
import { checkColumn, checkQualifiedColumn, checkStar } from './checkColumn.js'
import { checkCall } from './checkFunctions.js'
import { ColumnReads } from './columnReads.js'
import { crossJoins } from './crossJoins.js'
import { unfilteredLargeTables } from './largeTables.js'
import type { SqlProblem } from './problem.js'
import { Report } from './report.js'
import type { Catalog, Output, Resolution, Surroundings, TableReference } from './resolution.js'
import { resolveFrom, resolveTable } from './resolveFrom.js'
import { columnsOf, lookUpRelation, type Relation, type Scope, scopeOf } from './scope.js'

export interface ResolvedNames {
  /** Lake names of the catalog's tables that the statement reads, sorted. */
  readonly tables: readonly string[]
  /** Where it refers to them, in the order of the text. */
  readonly references: readonly TableReference[]
  /** The columns of these tables that it reads, sorted. */
  readonly reads: ReadonlyMap<string, readonly string[]>
  /** Columns of the result in order, undefined where the compiler cannot be sure; an unnamed one is ''. */
  readonly output: Output
  readonly problems: readonly SqlProblem[]
  /** What is legal and costly: warnings. */
  readonly costs: readonly SqlProblem[]
  /** The SELECT that the statement is, with what its names mean; undefined for anything else. */
  readonly top?: { readonly select: Select; readonly scope: Scope }
}

/**
 * Resolves the tables, columns and functions of a query after Trino's rules. Where it cannot be sure it says nothing:
 * the SQL engine judges after it.
 */
export function resolveNames(query: Query, catalog: Catalog): ResolvedNames {
  const resolver = new Resolver(catalog)
  const output = resolver.query(query, { ctes: new Map(), outer: undefined })
  const { body } = query
  const scope = body.kind === 'select' ? resolver.scopes.get(body) : undefined
  const top = body.kind === 'select' && scope ? { select: body, scope } : undefined
  return {
    tables: [...resolver.tables].sort(),
    references: resolver.references.sort((a, b) => a.start - b.start),
    reads: resolver.reads.result(),
    output,
    problems: resolver.report.problems,
    costs: resolver.costs,
    ...(top && { top }),
  }
}

class Resolver implements Resolution {
  readonly tables = new Set<string>()
  readonly references: TableReference[] = []
  readonly reads = new ColumnReads()
  readonly report = new Report()
  readonly costs: SqlProblem[] = []
  readonly scopes = new Map<Select, Scope>()

  constructor(readonly catalog: Catalog) {}

  query(query: Query, outside: Surroundings): Output {
    const around = query.with ? this.withQueries(query.with, outside) : outside
    if (query.body.kind === 'select') return this.select(query.body, query.orderBy, around)
    const output = this.body(query.body, around)
    // ORDER BY behind a set operation or a query in parentheses sees its output only.
    const scope = scopeOf([{ name: undefined, columns: output && columnsOf(output) }], around.outer)
    this.expressions(sortKeys(query.orderBy), scope, around)
    return output
  }

  private withQueries({ recursive, queries }: With, around: Surroundings): Surroundings {
    const ctes = new Map(around.ctes)
    for (const { name, columns, query } of queries) {
      const key = name.text.toLowerCase()
      const renamed = columns && columnsOf(columns.map(({ text }) => text))
      if (recursive) ctes.set(key, renamed)
      const output = this.query(query, { ctes: new Map(ctes), outer: around.outer })
      ctes.set(key, renamed ?? (output && columnsOf(output)))
    }
    return { ...around, ctes }
  }

  /** The result has the column names of its first SELECT. */
  private body(body: QueryBody, around: Surroundings): Output {
    // A chain of set operations leans to the left; a loop needs no stack for it.
    const later: QueryBody[] = []
    let first = body
    while (first.kind === 'setOperation') {
      later.push(first.right)
      first = first.left
    }
    const output = this.term(first, around)
    for (const one of later.reverse()) {
      if (one.kind === 'setOperation') this.body(one, around)
      else this.term(one, around)
    }
    return output
  }

  private term(body: Exclude<QueryBody, { kind: 'setOperation' }>, around: Surroundings): Output {
    switch (body.kind) {
      case 'select':
        return this.select(body, [], around)
      case 'parenthesized':
        return this.query(body.query, around)
      case 'values':
        this.expressions(body.rows, scopeOf([], around.outer), around)
        return undefined
      case 'tableQuery': {
        const table = resolveTable(this, body.name, around, false)
        this.reads.all([table])
        const { columns } = table
        return columns && [...columns.values()]
      }
    }
  }

  private select(select: Select, orderBy: readonly SortItem[], around: Surroundings): Output {
    const scope = resolveFrom(this, select.from, around)
    this.scopes.set(select, scope)
    this.costs.push(...crossJoins(select, scope), ...unfilteredLargeTables(select, scope, this.catalog))
    const output = this.selectList(select.items, scope, around)
    const grouped = (select.groupBy?.elements ?? []).flatMap((element) =>
      element.kind === 'simple' ? element.expressions : element.sets.flat(),
    )
    const windows = select.windows.flatMap(({ window }) => partsOfWindow(window))
    const { where, having } = select
    const parts = [...(where ? [where] : []), ...grouped, ...(having ? [having] : []), ...windows]
    this.expressions(parts, scope, around)
    // ORDER BY sees the names of the SELECT list first, then the tables.
    const named = output.aliases.length > 0 ? [{ name: undefined, columns: columnsOf(output.aliases) }] : []
    this.expressions(sortKeys(orderBy), scopeOf(named, scope), around)
    return output.names
  }

  private selectList(
    items: readonly SelectItem[],
    scope: Scope,
    around: Surroundings,
  ): { names: Output; aliases: string[] } {
    const aliases: string[] = []
    let names: string[] | undefined = []
    for (const item of items) {
      if (item.kind === 'all') {
        if (item.of?.kind === 'name') checkStar(this.report, item.of.name, scope)
        else if (item.of) this.expressions([item.of], scope, around)
        this.reads.all(starRelations(item.of, scope))
        const columns = item.columns?.map(({ text }) => text) ?? starColumns(item.of, scope)
        names = names && columns ? [...names, ...columns] : undefined
        continue
      }
      this.expressions([item.expression], scope, around)
      const name = item.alias?.text ?? outputName(item.expression)
      if (name !== '') aliases.push(name)
      names?.push(name)
    }
    return { names, aliases }
  }

  expressions(expressions: readonly Expression[], scope: Scope, around: Surroundings): void {
    // Chains of operators are deep trees; a list of what is still to visit needs no stack for them.
    const open: { readonly node: Expression; readonly scope: Scope }[] = []
    const add = (nodes: readonly Expression[], inner: Scope) => {
      for (const node of nodes) open.push({ node, scope: inner })
    }
    add(expressions, scope)
    for (let next = open.pop(); next; next = open.pop()) {
      const { node } = next
      if (node.kind === 'name') {
        checkColumn(this.report, node.name, next.scope)
        this.reads.column(next.scope, node.name.text)
        continue
      }
      const qualified = node.kind === 'field' ? firstNames(node) : undefined
      if (qualified) {
        const [qualifier, name] = qualified
        checkQualifiedColumn(this.report, qualifier, name, next.scope)
        const relation = lookUpRelation(next.scope, qualifier.text)
        if (relation) this.reads.columnOf(relation, name.text)
        else this.reads.column(next.scope, qualifier.text)
        continue
      }
      if (node.kind === 'call') this.report.add(checkCall(node))
      const parameters = node.kind === 'lambda' ? node.parameters.map(({ text }) => text) : []
      const inner =
        node.kind === 'lambda'
          ? scopeOf([{ name: undefined, columns: columnsOf(parameters) }], next.scope)
          : next.scope
      const children = childrenOf(node)
      add(children.expressions, inner)
      if (children.query) this.query(children.query, { ctes: around.ctes, outer: next.scope })
    }
  }
}

function sortKeys(items: readonly SortItem[]): Expression[] {
  return items.map(({ expression }) => expression)
}

/** `a` and `b` of `a.b.c`; undefined when it begins with something else than a name. */
function firstNames(field: Extract<Expression, { kind: 'field' }>): readonly [Name, Name] | undefined {
  let inner = field
  while (inner.base.kind === 'field') inner = inner.base
  return inner.base.kind === 'name' ? [inner.base.name, inner.name] : undefined
}

function outputName(expression: Expression): string {
  return expression.kind === 'name' || expression.kind === 'field' ? expression.name.text : ''
}

/** The relations whose columns a star brings; none for the star of a row. */
function starRelations(of: Expression | undefined, scope: Scope): readonly Relation[] {
  if (!of) return scope.relations
  const relation = of.kind === 'name' ? lookUpRelation(scope, of.name.text) : undefined
  return relation ? [relation] : []
}

function starColumns(of: Expression | undefined, scope: Scope): string[] | undefined {
  if (of && of.kind !== 'name') return undefined
  if (!of && scope.merged.size > 0) return undefined
  const relations = of ? [lookUpRelation(scope, of.name.text)] : scope.relations
  const names: string[] = []
  for (const relation of relations) {
    if (!relation?.columns) return undefined
    names.push(...relation.columns.values())
  }
  return names
}
