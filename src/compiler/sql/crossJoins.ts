import type { Expression, Relation, Select } from '../../trino/ast.js'
import { conditionsOf, conjuncts, leavesOf, usedColumns } from './fromParts.js'
import { namedColumn, namesIn, ownersOf } from './namesIn.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { Scope } from './scope.js'

/**
 * Warnings for tables of a FROM that no condition connects, so that each row of the one meets each of the other. Says
 * nothing where it cannot be sure, of subqueries, which may be small, and of a single row that is chosen by its id.
 */
export function crossJoins(select: Select, scope: Scope): SqlProblem[] {
  const leaves = select.from.flatMap(leavesOf)
  if (leaves.length < 2 || leaves.length !== scope.relations.length) return []
  const groups = leaves.map((_, at) => at)
  const link = (positions: readonly number[]) => {
    const [first, ...others] = positions.map((at) => groups[at])
    if (first === undefined) return
    for (const other of others) {
      for (const [at, group] of groups.entries()) if (group === other) groups[at] = first
    }
  }
  for (const condition of [...select.from.flatMap(conditionsOf), ...conjuncts(select.where)]) {
    const { names, hasQuery } = namesIn([condition])
    link(hasQuery ? [...leaves.keys()] : names.flatMap((name) => ownersOf(scope, name)))
  }
  for (const [at, leaf] of leaves.entries()) {
    // UNNEST and LATERAL take from what is before them; USING says itself what it connects.
    const takes = leaf.kind === 'unnest' || (leaf.kind === 'subquery' && leaf.lateral)
    if (takes || scope.relations[at]?.columns === undefined) link([...leaves.keys()].slice(0, at + 1))
  }
  for (const columns of select.from.flatMap(usedColumns)) {
    for (const column of columns) link(ownersOf(scope, { column }))
  }
  const single = new Set(conjuncts(select.where).flatMap((condition) => singleRow(condition, scope)))
  const stored = [...leaves.keys()].filter(
    (at) => scope.relations[at]?.source !== undefined && !single.has(at),
  )
  const [first] = stored
  if (first === undefined) return []
  const seen = new Set([groups[first]])
  return stored.flatMap((at) => {
    if (seen.has(groups[at])) return []
    seen.add(groups[at])
    const [left, right] = [nameOf(scope, first), nameOf(scope, at)]
    return {
      ...problemAt(
        leaves[at] as Relation,
        'OCG2070',
        `No condition connects ${right} with ${left}: each row of the one meets each row of the other.`,
        `Write JOIN ${right} ON …, or connect them in WHERE.`,
      ),
      severity: 'warning' as const,
    }
  })
}

/** The entry of FROM of which a condition `id = value` lets one row through. */
function singleRow(condition: Expression, scope: Scope): number[] {
  if (condition.kind !== 'comparison' || condition.operator !== '=') return []
  const sides = [condition.left, condition.right] as const
  return [sides, [sides[1], sides[0]] as const].flatMap(([side, value]) => {
    const name = namedColumn(side)
    if (name?.column !== 'id') return []
    const other = namesIn([value])
    return other.hasQuery || other.names.length > 0 ? [] : ownersOf(scope, name)
  })
}

function nameOf({ relations }: Scope, at: number): string {
  return relations[at]?.name ?? ''
}
