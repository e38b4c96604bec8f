import type { Expression } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import { equalsSomething } from './equality.js'
import { TranslateError } from './translateError.js'
import { coerce, type Typed } from './typed.js'
import { BOOLEAN, canCoerce, type SqlType, typeName } from './types.js'

export interface RenderOptions {
  /** Whether the place knows what to do with a time in another zone than UTC. */
  readonly zoned?: boolean
}

/** Translates an expression and gives it its type. Throws `TranslateError` for what Trino would refuse. */
export function render(expression: Expression, environment: Environment, options: RenderOptions = {}): Typed {
  const key = groupingKey(expression, environment)
  const value = key ?? environment.translator.expression(expression, environment)
  if (value.zone !== undefined && !options.zoned) {
    const message =
      'A time AT TIME ZONE can be compared, grouped, ordered, returned, or given to a date function. ' +
      'Elsewhere CAST it to timestamp, date or varchar first.'
    throw new TranslateError(message, expression)
  }
  return value
}

/** Translates an expression as if there was no GROUP BY: inside an aggregate, and for comparing it with the keys. */
export function renderFree(expression: Expression, environment: Environment): Typed {
  const { grouping: _grouping, ...rest } = environment
  return render(expression, rest, { zoned: true })
}

/** A condition's SQL. `place` says whose condition it is. */
export function renderBoolean(expression: Expression, environment: Environment, place: string): string {
  const value = render(expression, environment)
  if (!canCoerce(value.type, BOOLEAN)) {
    throw new TranslateError(
      `${place} takes a condition, not a value of type ${typeName(value.type)}.`,
      expression,
    )
  }
  return coerce(value, BOOLEAN)
}

/** A condition that rows are filtered by, as of WHERE: AND and OR stay as they are, which DuckDB's optimizer needs. */
export function renderFilter(expression: Expression, environment: Environment, place: string): string {
  if (groupingKey(expression, environment)) return renderBoolean(expression, environment, place)
  if (expression.kind === 'logical') {
    const filter = expression.operator === 'AND' ? renderFilter : renderAlternative
    const terms = expression.terms.map((term) => filter(term, environment, expression.operator))
    return `(${terms.join(` ${expression.operator} `)})`
  }
  const sql = renderBoolean(expression, environment, place)
  const looked = lookedFor(expression)
  const finds = looked && equalsSomething(render(looked, environment))
  return finds ? `(${sql} AND ${finds})` : sql
}

/** A term of OR in a filter. */
function renderAlternative(expression: Expression, environment: Environment, place: string): string {
  if (expression.kind !== 'logical' || groupingKey(expression, environment)) {
    return renderBoolean(expression, environment, place)
  }
  const terms = expression.terms.map((term) => renderAlternative(term, environment, expression.operator))
  return `(${terms.join(` ${expression.operator} `)})`
}

/** What a filter looks for among the rows of a subquery. */
function lookedFor(expression: Expression): Expression | undefined {
  if (expression.kind === 'inQuery') return expression.not ? undefined : expression.operand
  if (expression.kind !== 'quantified' || expression.operator !== '=' || expression.quantifier === 'ALL')
    return undefined
  return expression.left
}

/** An expression's SQL in a type that it must have or be coercible to. */
export function renderAs(
  expression: Expression,
  type: SqlType,
  environment: Environment,
  place: string,
): string {
  const value = render(expression, environment)
  if (!canCoerce(value.type, type)) {
    throw new TranslateError(`${place} takes ${typeName(type)}, not ${typeName(value.type)}.`, expression)
  }
  return coerce(value, type)
}

/** The expression's value when it is one of the GROUP BY expressions. */
function groupingKey(expression: Expression, environment: Environment): Typed | undefined {
  const { grouping } = environment
  if (!grouping || grouping.keys.size === 0 || expression.kind === 'lambda') return undefined
  let value = grouping.free.get(expression)
  if (!value) {
    value = renderFree(expression, environment)
    grouping.free.set(expression, value)
  }
  return grouping.keys.has(value.sql) ? value : undefined
}
