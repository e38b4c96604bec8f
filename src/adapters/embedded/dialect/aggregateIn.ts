import type { Expression } from '../../../trino/ast.js'
import { isAggregate } from './functions/index.js'

/** Whether an expression holds an aggregate function of its own SELECT: not one of a subquery, not a window function. */
export function aggregateIn(expression: Expression): boolean {
  return holdsAggregate(expression)
}

function holdsAggregate(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  if (Array.isArray(part)) return part.some(holdsAggregate)
  const node = part as Partial<Expression>
  if (node.kind === 'call' && (node.over === undefined || node.over === null)) {
    const call = node as Extract<Expression, { kind: 'call' }>
    if (isAggregate(call.name.text) || call.name.text.toLowerCase() === 'grouping') return true
  }
  return Object.entries(part).some(([key, value]) => key !== 'query' && holdsAggregate(value))
}
