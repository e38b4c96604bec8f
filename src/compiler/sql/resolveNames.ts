import { didYouMean } from '../../errors/suggest.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { checkColumn, checkStar, checkUsing } from './checkColumn.js'
import { isSupportedFunction } from './functions.js'
import type { SqlProblem } from './problem.js'
import { quotedIfReserved } from './reservedWords.js'
import {
  type Columns,
  columnsOf,
  lookUpRelation,
  type Relation,
  type Scope,
  scopeOf,
  tableColumns,
} from './scope.js'
import { kindOf, nameOf, nodesOf, type SyntaxTree, type TreeName, type TreeNode } from './syntaxTree.js'
import { TreeReporter, words } from './treeNames.js'

export interface Catalog {
  /** By lake name. */
  readonly tables: ReadonlyMap<string, LakeTable>
  /** Join tables whose INSERT has mistakes: they exist, and nothing is known of their columns. */
  readonly broken: ReadonlySet<string>
}

export interface ResolvedNames {
  /** Lake names of the catalog's tables that the statement reads, sorted. */
  readonly tables: readonly string[]
  /** Columns of the result in order, undefined where the compiler cannot be sure; an unnamed one is ''. */
  readonly output: readonly string[] | undefined
  readonly problems: readonly SqlProblem[]
}

/**
 * Resolves the tables and columns of a query after Trino's rules, and refuses what is outside of them. Where it
 * cannot be sure it says nothing: the SQL engine judges after it.
 */
export function resolveNames(query: TreeNode, tree: SyntaxTree, catalog: Catalog): ResolvedNames {
  const resolver = new Resolver(tree, catalog)
  const output = resolver.query(query, { ctes: new Map(), outer: undefined })
  return { tables: [...resolver.tables].sort(), output, problems: resolver.report.problems }
}

/** What surrounds a query. */
interface Surroundings {
  /** Columns of the WITH queries in sight, by name in lower case. */
  readonly ctes: ReadonlyMap<string, Columns>
  /** Scope of the query that this one stands in, if it may refer to it. */
  readonly outer: Scope | undefined
}

type Output = readonly string[] | undefined

/** Parts of a SELECT that Trino has; polyglot knows those of many dialects. */
const TRINO_CLAUSES = new Set(
  'expressions from joins where_clause group_by having order_by limit offset fetch distinct with windows leading_comments post_select_comments'.split(
    ' ',
  ),
)

const CLAUSE_NAMES: Readonly<Record<string, string>> = {
  locks: 'FOR UPDATE',
  distinct_on: 'DISTINCT ON',
  connect: 'CONNECT BY',
  lateral_views: 'LATERAL VIEW',
}

class Resolver {
  readonly tables = new Set<string>()
  readonly report: TreeReporter

  constructor(
    tree: SyntaxTree,
    private readonly catalog: Catalog,
  ) {
    this.report = new TreeReporter(tree)
  }

  query(node: unknown, around: Surroundings): Output {
    const found = kindOf(node)
    switch (found?.kind) {
      case 'select':
        return this.select(found.body, around)
      case 'union':
      case 'intersect':
      case 'except':
        return this.setOperation(found.body, around)
      case 'subquery': {
        const inner = this.withQueries(found.body.with, around)
        const output = this.query(found.body.this, inner)
        this.ordering(found.body, output, inner)
        return output
      }
      case 'paren':
        return this.query(found.body.this, around)
      case 'values':
        this.walk(found.body.expressions, scopeOf([], around.outer), around)
        return undefined
      default:
        this.report.within(
          node,
          `A statement of this kind${found ? ` (${words(found.kind)})` : ''} cannot stand where a query is expected.`,
        )
        return undefined
    }
  }

  private setOperation(body: TreeNode, outside: Surroundings): Output {
    const around = this.withQueries(body.with, outside)
    if (body.by_name === true || body.corresponding === true) {
      this.report.within(body, 'Trino joins the columns of a UNION by their positions.')
    }
    const output = this.query(body.left, around)
    this.query(body.right, around)
    this.ordering(body, output, around)
    return output
  }

  /** ORDER BY and the row limits behind a whole set operation or a query in parentheses: they see its output only. */
  private ordering(body: TreeNode, output: Output, around: Surroundings): void {
    const scope = scopeOf([{ name: undefined, columns: output && columnsOf(output) }], around.outer)
    if (body.order_by) this.walk(body.order_by, scope, around)
    this.rowCount(body.limit)
    this.rowCount(body.offset)
  }

  private select(body: TreeNode, outside: Surroundings): Output {
    for (const [clause, value] of Object.entries(body)) {
      if (
        TRINO_CLAUSES.has(clause) ||
        value === null ||
        value === false ||
        (nodesOf(value).length === 0 && Array.isArray(value))
      )
        continue
      this.report.within(
        value,
        `Trino's SELECT has no ${CLAUSE_NAMES[clause] ?? words(clause).toUpperCase()}.`,
      )
    }
    const around = this.withQueries(body.with, outside)
    const scope = this.from(body, around)
    if (nodesOf(body.expressions).length === 0)
      this.report.within(body, 'The SELECT names no columns.', 'OCG2050')
    const output = this.selectList(nodesOf(body.expressions), scope, around)
    const groupBy = body.group_by as TreeNode | null | undefined
    if (groupBy?.all === true && nodesOf(groupBy.expressions).length === 0) {
      this.report.within(
        groupBy,
        'GROUP BY ALL names no columns.',
        'OCG2050',
        'Name the columns to group by, or their numbers.',
      )
    }
    this.walk([body.where_clause, body.group_by, body.having, body.windows], scope, around)
    // ORDER BY sees the names of the SELECT list first, then the tables.
    const named = output.aliases.length > 0 ? [{ name: undefined, columns: columnsOf(output.aliases) }] : []
    this.walk(body.order_by, scopeOf(named, scope), around)
    this.rowCount(body.limit)
    this.rowCount(body.offset)
    this.rowCount(body.fetch)
    return output.names
  }

  private withQueries(node: unknown, around: Surroundings): Surroundings {
    if (typeof node !== 'object' || node === null) return around
    const ctes = new Map(around.ctes)
    const body = node as TreeNode
    for (const cte of nodesOf(body.ctes) as TreeNode[]) {
      const name = nameOf(cte.alias)
      const renamed = nodesOf(cte.columns).flatMap((column) => nameOf(column)?.name ?? [])
      const own = name?.name.toLowerCase() ?? ''
      if (body.recursive === true) ctes.set(own, renamed.length > 0 ? columnsOf(renamed) : undefined)
      const output = this.query(cte.this, { ctes: new Map(ctes), outer: around.outer })
      const names = renamed.length > 0 ? renamed : output
      ctes.set(own, names && columnsOf(names))
    }
    return { ...around, ctes }
  }

  private from(body: TreeNode, around: Surroundings): Scope {
    const from = body.from as TreeNode | null | undefined
    let scope = scopeOf([], around.outer)
    for (const item of nodesOf(from?.expressions)) scope = this.join(scope, { this: item }, around)
    return this.joins(scope, nodesOf(body.joins) as TreeNode[], around)
  }

  private joins(start: Scope, joins: readonly TreeNode[], around: Surroundings): Scope {
    let scope = start
    for (const join of joins) scope = this.join(scope, join, around)
    // `a JOIN b JOIN c ON … ON …`: the first ON belongs to the inner join and is seen from the outside here.
    for (const join of joins) if (join.deferred_condition === true) this.walk(join.on, scope, around)
    return scope
  }

  private join(before: Scope, join: TreeNode, around: Surroundings): Scope {
    const added = this.relation(join.this, before, around)
    const using = nodesOf(join.using).flatMap((column) => nameOf(column) ?? [])
    const scope: Scope = {
      relations: [...before.relations, ...added],
      merged: new Set([...before.merged, ...using.map(({ name }) => name.toLowerCase())]),
      natural: before.natural || String(join.kind ?? '').startsWith('Natural'),
      parent: before.parent,
    }
    for (const column of using) {
      checkUsing(this.report, column, before.relations)
      checkUsing(this.report, column, added)
    }
    if (join.deferred_condition !== true) this.walk(join.on, scope, around)
    const conditional = ['Inner', 'Left', 'Right', 'Full'].includes(String(join.kind))
    if (conditional && !join.on && using.length === 0 && join.deferred_condition !== true) {
      this.report.within(
        join.this,
        'This JOIN has no condition.',
        'OCG2050',
        'Add ON … or USING (…), or write CROSS JOIN.',
      )
    }
    if (!KNOWN_JOINS.has(String(join.kind ?? 'Inner'))) {
      this.report.within(join.this, `Trino has no join of the kind ${words(String(join.kind))}.`)
    }
    return scope
  }

  /** One entry of FROM: a table, a subquery, UNNEST, or joins in parentheses. */
  private relation(node: unknown, before: Scope, around: Surroundings): readonly Relation[] {
    const found = kindOf(node)
    if (!found) return [{ name: undefined, columns: undefined }]
    const { kind, body } = found
    switch (kind) {
      case 'table':
        return [this.table(body, around)]
      case 'subquery': {
        if (kindOf(body.this)?.kind === 'joined_table' || kindOf(body.this)?.kind === 'table') {
          return this.relation(body.this, before, around)
        }
        // Only LATERAL sees the tables before it.
        const outer = body.lateral === true ? before : around.outer
        const output = this.query(body.this, { ctes: around.ctes, outer })
        return [renamed(nameOf(body.alias), body.column_aliases, output && columnsOf(output))]
      }
      case 'alias': {
        const inner = this.relation(body.this, before, around)
        return [
          renamed(
            nameOf(body.alias),
            body.column_aliases,
            inner.length === 1 ? inner[0]?.columns : undefined,
          ),
        ]
      }
      case 'unnest':
        this.walk([body.this, body.expressions], before, around)
        return [renamed(nameOf(body.alias), undefined, undefined)]
      case 'paren':
        return this.relation(body.this, before, around)
      case 'joined_table': {
        const left = this.join(scopeOf([], before.parent), { this: body.left }, around)
        const scope = this.joins(left, nodesOf(body.joins) as TreeNode[], around)
        const alias = nameOf(body.alias)
        return alias ? [{ name: alias.name.toLowerCase(), columns: undefined }] : scope.relations
      }
      case 'values':
        this.walk(body.expressions, scopeOf([], around.outer), around)
        return [renamed(nameOf(body.alias), body.column_aliases, undefined)]
      case 'function':
        // `checkFunctions` reports those that are unknown everywhere.
        if (isSupportedFunction(String(body.name))) {
          this.report.within(
            node,
            `The function ${String(body.name)} gives a value, not a table.`,
            'OCG2055',
            'FROM takes tables, subqueries and UNNEST.',
          )
        }
        return [{ name: undefined, columns: undefined }]
      default:
        this.report.within(
          node,
          `${words(kind)} is not supported in FROM.`,
          'OCG2055',
          'FROM takes tables, subqueries and UNNEST.',
        )
        return [{ name: undefined, columns: undefined }]
    }
  }

  private table(body: TreeNode, around: Surroundings): Relation {
    const name = nameOf(body.name)
    if (!name) return { name: undefined, columns: undefined }
    const qualifier = nameOf(body.schema) ?? nameOf(body.catalog)
    const alias = nameOf(body.alias)
    const columns = qualifier ? undefined : this.tableColumns(name, around)
    if (qualifier) {
      this.report.at(
        qualifier.span ?? name.span,
        'OCG2055',
        `The table ${qualifier.name}.${name.name} has a schema before its name.`,
        `A statement reads the project's tables only: write ${quotedIfReserved(name.name)}.`,
      )
    }
    for (const part of ['version', 'when', 'final_', 'only', 'partition', 'changes']) {
      if (body[part])
        this.report.at(name.span, 'OCG2055', `A table is read as it is now: ${words(part)} is not supported.`)
    }
    const relation = renamed(alias ?? name, body.column_aliases, columns)
    return alias ? { ...relation, table: name.name.toLowerCase() } : relation
  }

  private tableColumns(name: TreeName, around: Surroundings): Columns {
    const lower = name.name.toLowerCase()
    if (around.ctes.has(lower)) return around.ctes.get(lower)
    const table = this.catalog.tables.get(lower)
    if (table) {
      this.tables.add(lower)
      return tableColumns(table)
    }
    if (!this.catalog.broken.has(lower)) {
      const names = [...this.catalog.tables.keys(), ...around.ctes.keys()]
      const near = didYouMean(name.name, names, (one) => quotedIfReserved(one))
      const known =
        names.length > 0 && names.length <= 12
          ? `Tables are ${names.map(quotedIfReserved).join(', ')}.`
          : undefined
      this.report.at(name.span, 'OCG2051', `There is no table "${name.name}".`, near ?? known)
    }
    return undefined
  }

  private selectList(
    items: readonly unknown[],
    scope: Scope,
    around: Surroundings,
  ): { names: Output; aliases: string[] } {
    const aliases: string[] = []
    let names: string[] | undefined = []
    for (const item of items) {
      this.walk(item, scope, around)
      const found = kindOf(item)
      if (found?.kind === 'star' || found?.kind === 'braced_wildcard') {
        const columns: string[] | undefined = starColumns(found.body, scope)
        names = names && columns ? [...names, ...columns] : undefined
        continue
      }
      const name = outputName(found)
      if (name !== '') aliases.push(name)
      names?.push(name)
    }
    return { names, aliases }
  }

  /** Visits an expression and all that hangs on it; anything unknown is simply gone through. */
  private walk(node: unknown, scope: Scope, around: Surroundings): void {
    if (Array.isArray(node)) {
      for (const part of node) this.walk(part, scope, around)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const found = kindOf(node)
    if (!found) {
      for (const [key, part] of Object.entries(node)) if (key !== 'span') this.walk(part, scope, around)
      return
    }
    const { kind, body } = found
    switch (kind) {
      case 'column':
        checkColumn(this.report, body, scope)
        return
      case 'star':
        checkStar(this.report, body, scope)
        return
      case 'dot':
        this.walk(body.this, scope, around)
        return
      case 'lambda': {
        const parameters = nodesOf(body.parameters).flatMap((parameter) => nameOf(parameter)?.name ?? [])
        this.walk(body.body, scopeOf([{ name: undefined, columns: columnsOf(parameters) }], scope), around)
        return
      }
      case 'select':
      case 'union':
      case 'intersect':
      case 'except':
      case 'subquery':
        this.query(node, { ctes: around.ctes, outer: scope })
        return
      case 'table':
        // A table where an expression is expected: it must be one of the catalog's all the same.
        this.table(body, around)
        return
      case 'cast':
      case 'try_cast':
      case 'safe_cast':
        if (body.double_colon_syntax === true)
          this.report.within(body.this, 'Trino has no "::".', 'OCG2055', 'Write CAST(x AS type).')
        this.walk(body.this, scope, around)
        return
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        this.report.within(node, `A query cannot hold ${words(kind).toUpperCase()}.`)
        return
      default:
        for (const [key, part] of Object.entries(body)) if (key !== 'span') this.walk(part, scope, around)
    }
  }

  /** LIMIT, OFFSET and FETCH take a whole number; LIMIT also ALL. */
  private rowCount(node: unknown): void {
    if (typeof node !== 'object' || node === null) return
    const body = node as TreeNode
    const wrapped = kindOf(node)?.kind === 'literal' ? node : (body.this ?? body.count)
    const count = kindOf(wrapped)
    if (!count) return
    if (
      count.kind === 'literal' &&
      count.body.literal_type === 'number' &&
      /^\d+$/.test(String(count.body.value))
    )
      return
    const column = count.kind === 'column' ? nameOf(count.body.name) : undefined
    if (column && !column.quoted && column.name.toUpperCase() === 'ALL') return
    this.report.within(
      wrapped,
      'A number of rows is a whole number or an argument of type Int; Trino takes no expression here.',
      'OCG2050',
    )
  }
}

const KNOWN_JOINS = new Set(
  'Inner Left Right Full Cross Natural NaturalLeft NaturalRight NaturalFull Implicit Lateral LeftLateral'.split(
    ' ',
  ),
)

function renamed(alias: TreeName | undefined, columnAliases: unknown, columns: Columns): Relation {
  const names = nodesOf(columnAliases).flatMap((column) => nameOf(column)?.name ?? [])
  return { name: alias?.name.toLowerCase(), columns: names.length > 0 ? columnsOf(names) : columns }
}

function outputName(found: ReturnType<typeof kindOf>): string {
  if (!found) return ''
  switch (found.kind) {
    case 'alias':
      return nameOf(found.body.alias)?.name ?? ''
    case 'column':
      return nameOf(found.body.name)?.name ?? ''
    case 'dot':
      return nameOf(found.body.field)?.name ?? ''
    default:
      return ''
  }
}

function starColumns(body: TreeNode, scope: Scope): string[] | undefined {
  const qualifier = nameOf(body.table)
  if (!qualifier && (scope.merged.size > 0 || scope.natural)) return undefined
  const relations = qualifier ? [lookUpRelation(scope, qualifier.name)] : scope.relations
  const names: string[] = []
  for (const relation of relations) {
    if (!relation?.columns) return undefined
    names.push(...relation.columns.values())
  }
  return names
}
