import type { Expression, SortItem } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import { isNested, orderable } from './equality.js'
import { render } from './render.js'
import type { Output } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import type { Typed } from './typed.js'
import { isOrderable, type SqlType, typeName } from './types.js'

/** Index of the column that an ordinal means; undefined for another expression. */
export function ordinal(expression: Expression, count: number, place: string): number | undefined {
  if (expression.kind !== 'integer') return undefined
  const at = Number(expression.text)
  if (at < 1 || at > count) {
    throw new TranslateError(
      `${place} names column ${expression.text}, but there are ${count} columns.`,
      expression,
    )
  }
  return at - 1
}

export function translateSortItem(
  item: SortItem,
  outputs: readonly Output[],
  environment: Environment,
  distinct: boolean,
): string {
  const at = ordinal(item.expression, outputs.length, 'ORDER BY') ?? aliasIndex(item.expression, outputs)
  if (at !== undefined) {
    const output = outputs[at] as Output
    requireOrderable(output.type, item)
    // Its place is shorter, but an array or a row is looked at first.
    if (!isNested(output.type) || distinct) return `${at + 1}${direction(item)}`
    return sortSql(output, item)
  }
  const value = render(item.expression, withOutputs(environment, outputs), { zoned: true })
  if (distinct && !outputs.some((output) => output.sql === value.sql)) {
    throw new TranslateError('With SELECT DISTINCT, ORDER BY takes columns of the result only.', item)
  }
  return sortSql(value, item)
}

/** Index of the output column that a plain name means: Trino looks at the result's names first. */
function aliasIndex(expression: Expression, outputs: readonly Output[]): number | undefined {
  if (expression.kind !== 'name') return undefined
  const wanted = expression.name.text.toLowerCase()
  const found = outputs.flatMap((output, at) => (output.label.toLowerCase() === wanted ? [at] : []))
  if (found.length > 1 && new Set(found.map((at) => outputs[at]?.sql)).size > 1) {
    throw new TranslateError(
      `Column ${expression.name.text} is ambiguous: the result has it twice.`,
      expression,
    )
  }
  return found[0]
}

/** In ORDER BY, names of the result also stand inside expressions, before those of FROM. */
function withOutputs(environment: Environment, outputs: readonly Output[]): Environment {
  const parameters = new Map<string, Typed>()
  const ambiguous = new Set<string>()
  for (const { label, sql, type, zone, expression } of outputs) {
    const name = label.toLowerCase()
    if (!expression || ambiguous.has(name)) continue
    if (parameters.has(name) && parameters.get(name)?.sql !== sql) {
      parameters.delete(name)
      ambiguous.add(name)
    } else parameters.set(name, { sql, type, ...(zone !== undefined && { zone }) })
  }
  if (parameters.size === 0) return environment
  return { ...environment, scope: { columns: [], parameters, ofResult: true, parent: environment.scope } }
}

/** A sort key; nulls come last in both directions, unless the statement says otherwise, as in Trino. */
export function sortSql(value: Typed, item: SortItem): string {
  requireOrderable(value.type, item)
  // A bare number would be an ordinal.
  const sql = value.integer === undefined ? orderable(value) : `(${value.sql} + 0)`
  return `${sql}${direction(item)}`
}

function direction(item: SortItem): string {
  return `${item.descending ? ' DESC' : ' ASC'} NULLS ${item.nulls ?? 'LAST'}`
}

function requireOrderable(type: SqlType, span: { start: number; end: number }): void {
  if (!isOrderable(type)) throw new TranslateError(`A value of type ${typeName(type)} has no order.`, span)
}
