import type { Expression, Query, QueryBody, Relation, Select } from '../../../trino/ast.js'
import { aggregateIn } from './aggregateIn.js'
import type { Reference } from './environment.js'
import { isAggregate } from './functions/index.js'
import type { Scope } from './scope.js'
import { TranslateError } from './translateError.js'

/** Where a subquery stands. `from` is one in the FROM of another subquery. */
export type Place = 'scalar' | 'exists' | 'in' | 'quantified' | 'lateral' | 'from'

type Outer = (part: unknown) => boolean

/**
 * Throws for a subquery that reads columns from around it in a place where Trino does not take them. Trino has to turn
 * it into a join, and can for some forms only; DuckDB can for all.
 */
export function checkCorrelation(
  place: Place,
  query: Query,
  around: Scope,
  references: readonly Reference[],
): void {
  const scopes = new Set<Scope>()
  for (let scope: Scope | undefined = around; scope; scope = scope.parent) scopes.add(scope)
  const starts = new Set(references.flatMap(({ scope, start }) => (scopes.has(scope) ? [start] : [])))
  if (starts.size === 0) return
  const reason = problem(place, query, (part) => reads(part, starts))
  if (reason === undefined) return
  const message = `Athena does not take this subquery, which reads columns from around it ${reason}: write it as a join or in WITH.`
  throw new TranslateError(message, query)
}

function reads(part: unknown, starts: ReadonlySet<number>): boolean {
  if (typeof part !== 'object' || part === null) return false
  const { kind, start } = part as { kind?: string; start?: number }
  if (kind === 'name' && start !== undefined && starts.has(start)) return true
  return Object.values(part).some((value) => reads(value, starts))
}

function problem(place: Place, query: Query, outer: Outer): string | undefined {
  const body = unwrapped(query.body)
  if (!outer(body)) return undefined
  if (body.kind === 'setOperation') return `within ${body.operator}`
  if (body.kind === 'values') return body.rows.length > 1 ? 'in VALUES of several rows' : undefined
  if (body.kind !== 'select') return undefined
  if (query.offset) return 'and has an OFFSET'
  if (query.limit && !limitIsTaken(place, body, outer)) {
    return 'and has a LIMIT, without a condition column = outer column'
  }
  return selectProblem(place, body, query, outer)
}

function unwrapped(body: QueryBody): QueryBody {
  const plain = body.kind === 'parenthesized' && body.query.orderBy.length === 0 && !body.query.limit
  return plain ? unwrapped(body.query.body) : body
}

function selectProblem(place: Place, select: Select, query: Query, outer: Outer): string | undefined {
  const values: unknown[] = [select.items, query.orderBy]
  const filtered = outer(select.where) || outer(select.from)
  const aggregates = aggregatesIn(select)
  if (filtered && holds(values, isWindow)) return 'and has a window function'
  if (holds([...values, select.having], (call) => isWindow(call) && outer(call)))
    return 'in a window function'
  if (holds([...values, select.having], (call) => isPlainAggregate(call) && outer(call))) {
    return 'in an aggregate function'
  }
  if (filtered && holds([...values, select.having], (call) => isPlainAggregate(call) && holdsQuery(call))) {
    return 'and has a subquery in an aggregate function'
  }
  if (outer(select.groupBy)) return 'in GROUP BY'
  if (filtered && groupsByExpression(select)) return 'and groups by an expression'
  if (filtered && select.having && !select.groupBy) return 'and has a HAVING without a GROUP BY'
  if (place === 'in' || place === 'quantified') {
    if (outer(select.items)) return 'in what it selects'
    if (filtered && (aggregates || select.distinct)) return 'and groups its rows'
  }
  if (nestedReads(select.where, outer)) return 'in a subquery of its own'
  if (outer(select.where) && select.from.length === 0) return 'in WHERE without a FROM'
  return fromProblem(place, select, aggregates, outer)
}

function aggregatesIn(select: Select): boolean {
  const expressions = select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  return select.groupBy !== undefined || select.having !== undefined || expressions.some(aggregateIn)
}

function fromProblem(place: Place, select: Select, aggregates: boolean, outer: Outer): string | undefined {
  for (const relation of select.from) {
    if (relation.kind === 'unnest' && outer(relation)) return unnestProblem(place, select)
    const reason = relationProblem(relation, select, aggregates, outer)
    if (reason !== undefined) return reason
  }
  return undefined
}

function relationProblem(
  relation: Relation,
  select: Select,
  aggregates: boolean,
  outer: Outer,
): string | undefined {
  if (!outer(relation) || relation.kind === 'table') return undefined
  if (relation.kind === 'unnest') return 'in UNNEST beside other relations'
  if (relation.kind === 'join') {
    if (relation.type !== 'INNER' && outer(relation.on)) return 'in ON of an outer join'
    for (const side of [relation.left, relation.right]) {
      const reason = relationProblem(side, select, aggregates, outer)
      if (reason !== undefined) return reason
    }
    return undefined
  }
  const body = unwrapped(relation.query.body)
  if (body.kind === 'select') {
    if (aggregates && outer(body.items)) return 'in what a subquery of its FROM selects, and groups its rows'
    const unnests = body.from.some((one) => one.kind === 'unnest' && outer(one))
    if (unnests && (select.where || select.from.length > 1)) return 'in UNNEST, and filters its rows'
  }
  return problem('from', relation.query, outer)
}

function unnestProblem(place: Place, select: Select): string | undefined {
  if (place === 'exists' || place === 'in' || place === 'quantified') return 'in UNNEST'
  if (select.from.length > 1) return 'in UNNEST beside other relations'
  if (select.where || select.groupBy || select.having) return 'in UNNEST, and filters or groups its rows'
  return holds(select.items, (call) => call.filter !== undefined) ? 'in UNNEST, and has a FILTER' : undefined
}

/** Whether Trino takes a LIMIT: the rows are one by nature, of an UNNEST, or all have one value of the outer columns. */
function limitIsTaken(place: Place, select: Select, outer: Outer): boolean {
  if (place === 'in' || place === 'quantified') return false
  if (!select.groupBy && aggregatesIn(select)) return true
  if (select.from.some((relation) => relation.kind === 'unnest' && outer(relation))) return true
  if (outer(select.from)) return false
  const { where } = select
  if (!where || !outer(where)) return true
  const terms = where.kind === 'logical' && where.operator === 'AND' ? where.terms : [where]
  return terms.some((term) => isColumnEquality(term, outer))
}

function isColumnEquality(term: Expression, outer: Outer): boolean {
  if (term.kind !== 'comparison' || term.operator !== '=') return false
  const sides = [
    [term.left, term.right],
    [term.right, term.left],
  ] as const
  return sides.some(
    ([column, other]) =>
      (column.kind === 'name' || column.kind === 'field') && !outer(column) && outer(other),
  )
}

type Call = Extract<Expression, { kind: 'call' }>

/** Whether a call of these stands in a part, its subqueries left out. */
function holds(part: unknown, wanted: (call: Call) => boolean): boolean {
  if (typeof part !== 'object' || part === null) return false
  if ((part as { kind?: string }).kind === 'call' && wanted(part as Call)) return true
  return Object.entries(part).some(([key, value]) => key !== 'query' && holds(value, wanted))
}

function isWindow(call: Call): boolean {
  return call.over !== undefined
}

function isPlainAggregate(call: Call): boolean {
  return call.over === undefined && isAggregate(call.name.text)
}

function groupsByExpression({ groupBy }: Select): boolean {
  const simple = groupBy?.elements.flatMap((one) => (one.kind === 'simple' ? one.expressions : [])) ?? []
  return simple.some(({ kind }) => kind !== 'name' && kind !== 'field' && kind !== 'integer')
}

/** Whether a part has a subquery. */
export function holdsQuery(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  return Object.entries(part).some(([key, value]) => key === 'query' || holdsQuery(value))
}

/** Whether a subquery within an expression reads the outer columns. */
function nestedReads(part: unknown, outer: Outer): boolean {
  if (typeof part !== 'object' || part === null) return false
  return Object.entries(part).some(([key, value]) =>
    key === 'query' ? outer(value) : nestedReads(value, outer),
  )
}
