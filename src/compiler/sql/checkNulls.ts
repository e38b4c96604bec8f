import type { Expression, Relation as RelationNode, Select } from '../../trino/ast.js'
import type { SeenColumn } from './checkResult.js'
import { namedColumn, namesIn, ownersOf } from './namesIn.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { Catalog } from './resolution.js'
import { itemsOfColumns } from './resultPlaces.js'
import type { Scope } from './scope.js'

/** A place of the response that is never null. */
export interface RequiredPlace {
  /** `Row.price`, or the type where it is no field: `String!`. */
  readonly label: string
  /** Name of the result's column in lower case; undefined for the first one. */
  readonly column: string | undefined
}

/**
 * Warnings for columns that may be null where the response has a type that is never null: one null row, and the whole
 * result fails. A column that a condition names is left alone, since the condition may well keep the nulls out.
 */
export function checkNulls(
  select: Select,
  scope: Scope,
  catalog: Catalog,
  columns: readonly SeenColumn[],
  required: readonly RequiredPlace[],
): SqlProblem[] {
  const items = itemsOfColumns(select.items, columns.length)
  if (!items) return []
  const asked = askedFor(select, scope)
  return required.flatMap(({ label, column }) => {
    const at = column === undefined ? 0 : columns.findIndex(({ name }) => name.toLowerCase() === column)
    const item = items[at]
    const seen = columns[at]
    if (!item || !seen) return []
    const expression: Expression =
      item.kind === 'expression'
        ? item.expression
        : {
            kind: 'name',
            name: { text: seen.name, start: item.start, end: item.end },
            start: item.start,
            end: item.end,
          }
    const why = reasonForNull(expression, select, scope, catalog, asked)
    if (why === undefined) return []
    return {
      ...problemAt(
        item.kind === 'expression' ? item.expression : item,
        'OCG2064',
        `${why}, but ${label} never is.`,
        'Keep nulls out with WHERE … IS NOT NULL, replace them with coalesce(…), or make the type nullable.',
      ),
      severity: 'warning' as const,
    }
  })
}

interface Asked {
  readonly columns: ReadonlySet<string>
  /** Positions in FROM of what WHERE names. */
  readonly relations: ReadonlySet<number>
}

function askedFor(select: Select, scope: Scope): Asked {
  const { names } = namesIn(
    [select.where, select.having, ...select.from.flatMap(onsOf)].flatMap((one) => one ?? []),
  )
  const where = namesIn(select.where ? [select.where] : [])
  return {
    columns: new Set(names.map(({ column }) => column)),
    relations: new Set(where.names.flatMap((name) => ownersOf(scope, name))),
  }
}

function onsOf(node: RelationNode): Expression[] {
  const found: Expression[] = []
  let one = node
  while (one.kind === 'join') {
    if (one.on) found.push(one.on)
    one = one.left
  }
  return found
}

/** Aggregates that are null when there are no rows. */
const NULL_OF_NOTHING = new Set(['sum', 'avg', 'min', 'max', 'min_by', 'max_by', 'any_value', 'arbitrary'])

function reasonForNull(
  expression: Expression,
  select: Select,
  scope: Scope,
  { nullable }: Catalog,
  asked: Asked,
): string | undefined {
  if (expression.kind === 'call') {
    const name = expression.name.text.toLowerCase()
    if (expression.over || select.groupBy || !NULL_OF_NOTHING.has(name)) return undefined
    return `${name}(…) is null when there are no rows`
  }
  const name = namedColumn(expression)
  if (!name) return undefined
  const owners = ownersOf(scope, name)
  const [at] = owners
  if (at === undefined || owners.length > 1) return undefined
  const { name: relation = 'a subquery', source, columns } = scope.relations[at] ?? { columns: undefined }
  const isField = name.qualifier !== undefined && relation !== name.qualifier
  if (isField) return undefined
  const shown = columns?.get(name.column) ?? name.column
  if (outerSides(select.from).has(at) && !asked.relations.has(at)) {
    return `${shown} is null where the outer join finds no ${relation}`
  }
  const mayBe =
    source !== undefined && nullable?.get(source)?.has(name.column) && !asked.columns.has(name.column)
  return mayBe ? `${shown} of ${source} may be null` : undefined
}

/** Positions in FROM of what an outer join fills with nulls. */
function outerSides(from: readonly RelationNode[]): ReadonlySet<number> {
  const filled = new Set<number>()
  let next = 0
  const visit = (node: RelationNode): readonly number[] => {
    if (node.kind !== 'join') return [next++]
    const chain = []
    let first: RelationNode = node
    for (; first.kind === 'join'; first = first.left) chain.push(first)
    let left = visit(first)
    for (const join of chain.reverse()) {
      const right = visit(join.right)
      if (join.type === 'LEFT' || join.type === 'FULL') for (const at of right) filled.add(at)
      if (join.type === 'RIGHT' || join.type === 'FULL') for (const at of left) filled.add(at)
      left = [...left, ...right]
    }
    return left
  }
  for (const node of from) visit(node)
  return filled
}
