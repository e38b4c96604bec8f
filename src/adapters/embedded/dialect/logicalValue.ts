import type { Expression } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import { renderBoolean } from './render.js'

type Logical = Extract<Expression, { kind: 'logical' }>

/** A longer term is not written twice: what comes after it may fail then, though it decides. */
const LONGEST_TERM = 2000

/**
 * AND and OR as a value. DuckDB computes all terms of one for all rows, except where it filters rows: so a term that may
 * fail comes only to the rows that the terms before it leave open, as in `x <> 0 AND 10 / x > 1`.
 */
export function logicalValue({ operator, terms }: Logical, environment: Environment): string {
  const parts = terms.map((term, at) => {
    const part = renderBoolean(term, environment, operator)
    // DuckDB computes a constant beside AND and OR before it knows of any row.
    const early = at > 0 && mayFail(term) && !holds(term, NAMES)
    return early
      ? `CASE WHEN ${renderBoolean(terms[0] as Expression, environment, operator)} THEN ${part} ELSE ${part} END`
      : part
  })
  let sql = ''
  let risky = false
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at] as string
    if (sql === '') sql = part
    else if (!risky || part.length > LONGEST_TERM) sql = `(${part} ${operator} ${sql})`
    else if (operator === 'AND') sql = `CASE WHEN NOT ${part} THEN FALSE ELSE (${part} AND ${sql}) END`
    else sql = `CASE WHEN ${part} THEN TRUE ELSE (${part} OR ${sql}) END`
    risky ||= mayFail(terms[at])
  }
  return sql
}

const RISKY = new Set(['arithmetic', 'sign', 'cast', 'subscript', 'call', 'extract'])
const NAMES = new Set(['name', 'field'])

/** Whether an expression may fail for some of its values. */
function mayFail(expression: unknown): boolean {
  return holds(expression, RISKY)
}

/** Whether an expression, without its subqueries, has a part of these kinds. */
function holds(part: unknown, kinds: ReadonlySet<string>): boolean {
  if (typeof part !== 'object' || part === null) return false
  const { kind } = part as { kind?: string }
  if (kind !== undefined && kinds.has(kind)) return true
  return Object.entries(part).some(([key, value]) => key !== 'query' && holds(value, kinds))
}
