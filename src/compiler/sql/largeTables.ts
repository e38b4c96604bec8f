import type { Select } from '../../trino/ast.js'
import { conditionsOf, conjuncts, leavesOf } from './fromParts.js'
import { namesIn, ownersOf } from './namesIn.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { Catalog } from './resolution.js'
import type { Scope } from './scope.js'

/** Warnings for tables that are marked large and of which a SELECT reads every day that there is. */
export function unfilteredLargeTables(
  select: Select,
  scope: Scope,
  { large, tables }: Catalog,
): SqlProblem[] {
  if (!large || large.size === 0) return []
  const leaves = select.from.flatMap(leavesOf)
  if (leaves.length !== scope.relations.length) return []
  const conditions = [...select.from.flatMap(conditionsOf), ...conjuncts(select.where)]
  const { names } = namesIn(conditions)
  return leaves.flatMap((leaf, at) => {
    const { source, name = '' } = scope.relations[at] ?? {}
    const parts: readonly string[] = (source !== undefined && tables.get(source)?.partitionColumns) || []
    if (source === undefined || !large.has(source)) return []
    if (names.some((one) => parts.includes(one.column) && ownersOf(scope, one).includes(at))) return []
    return {
      ...problemAt(
        leaf,
        'OCG2072',
        `The table ${source} is marked large, and no condition says which of its days are read.`,
        parts.length > 0
          ? `Add a condition on ${parts.join(', ')}, such as ${name}.${parts[0]} = '2026'.`
          : 'Fields of the type have the names year, month and day, so that its days can not be chosen.',
      ),
      severity: 'warning' as const,
    }
  })
}
