import type { ComparisonOperator, Expression } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import { equal, isNested, ordered } from './equality.js'
import { render } from './render.js'
import { TranslateError } from './translateError.js'
import { coerced, commonTypeOf, mayBeNan, once, type Typed, typed } from './typed.js'
import { BOOLEAN, isComparable, isOrderable, type SqlType, typeName } from './types.js'

/** `left operator right`, in the one type that both have. */
export function compare(
  operator: ComparisonOperator,
  operands: readonly Expression[],
  span: Expression,
  environment: Environment,
): Typed {
  const [left, right] = comparable(operands, operator, span, environment) as [Typed, Typed]
  if (operator === '=') return typed(equal(left, right), BOOLEAN)
  return typed(operator === '<>' ? `(NOT ${equal(left, right)})` : ordered(left, operator, right), BOOLEAN)
}

export function renderBetween(
  node: Extract<Expression, { kind: 'between' }>,
  environment: Environment,
): string {
  const operands = [node.operand, node.low, node.high]
  const [operand, low, high] = comparable(operands, '<', node, environment) as [Typed, Typed, Typed]
  const not = node.not ? 'NOT ' : ''
  if (!isNested(operand.type) && !mayBeNan(high)) {
    return `(${operand.sql} ${not}BETWEEN ${low.sql} AND ${high.sql})`
  }
  const within = (one: Typed) => `(${ordered(one, '>=', low)} AND ${ordered(one, '<=', high)})`
  return `(${not}${once([operand.sql], (sql) => within({ ...operand, sql }))})`
}

export function renderInList(
  node: Extract<Expression, { kind: 'inList' }>,
  environment: Environment,
): string {
  const [operand, ...items] = comparable([node.operand, ...node.items], '=', node, environment) as [
    Typed,
    ...Typed[],
  ]
  const not = node.not ? 'NOT ' : ''
  const plain = !isNested(operand.type) && !(mayBeNan(operand) && items.some(mayBeNan))
  if (plain) return `(${operand.sql} ${not}IN (${items.map((item) => item.sql).join(', ')}))`
  const found = (one: Typed) => `(${items.map((item) => equal(one, item)).join(' OR ')})`
  if (operand.items) return `(${not}${found(operand)})`
  return `(${not}${once([operand.sql], (sql) => found({ ...operand, sql }))})`
}

/** Operands in the one type in which they can be compared. */
export function comparable(
  operands: readonly Expression[],
  operator: ComparisonOperator,
  span: Expression,
  environment: Environment,
): Typed[] {
  const values = operands.map((operand) => render(operand, environment, { zoned: true }))
  const type = comparableType(values, operator, span)
  return values.map((value) => coerced(value, type))
}

export function comparableType(
  values: readonly Typed[],
  operator: ComparisonOperator,
  span: Expression,
): SqlType {
  const type = commonTypeOf(values)
  if (!type) {
    const names = [...new Set(values.map((value) => typeName(value.type)))].join(' and ')
    throw new TranslateError(`Values of the types ${names} can't be compared: use CAST.`, span)
  }
  const possible = operator === '=' || operator === '<>' ? isComparable(type) : isOrderable(type)
  if (!possible) throw new TranslateError(`Values of type ${typeName(type)} can't be compared.`, span)
  return type
}
