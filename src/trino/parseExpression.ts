import type { BinaryOperator, ComparisonOperator, Expression } from './ast.js'
import { parsePrimary } from './parsePrimary.js'
import { parseSubquery, startsQuery } from './parseSubquery.js'
import type { TokenReader } from './tokenReader.js'
import { tryParse } from './tryParse.js'

/** Longest chain of one operator, such as `a + b + c`. AND, OR and || have no limit. */
const MAX_CHAIN = 1000

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

/** Reads an expression: OR binds loosest, then AND, NOT, one predicate, and what makes values. */
export function parseExpression(reader: TokenReader): Expression {
  return reader.deeper(() => parseLogical(reader, 'OR'))
}

function parseLogical(reader: TokenReader, operator: 'AND' | 'OR'): Expression {
  const { start } = reader.peek()
  const operand = () => (operator === 'OR' ? parseLogical(reader, 'AND') : parseNot(reader))
  const first = operand()
  if (!reader.isWords(operator)) return first
  const terms = [first]
  while (reader.takeWords(operator)) terms.push(operand())
  return { kind: 'logical', operator, terms, ...reader.spanFrom(start) }
}

function parseNot(reader: TokenReader): Expression {
  const { start } = reader.peek()
  if (!reader.takeWords('NOT')) return parsePredicate(reader)
  const operand = reader.deeper(() => parseNot(reader))
  return { kind: 'not', operand, ...reader.spanFrom(start) }
}

/** A value and at most one predicate on it: `a = b = c` is not Trino's. */
function parsePredicate(reader: TokenReader): Expression {
  const { start } = reader.peek()
  const left = parseValue(reader)
  const token = reader.peek()
  const operator = token.kind === 'operator' ? COMPARISONS[token.text] : undefined
  if (operator) {
    reader.next()
    const query = reader.isOperator('(', 1) && startsQuery(reader, 2)
    if (query && reader.isOneOf('ALL', 'ANY', 'SOME')) {
      const quantifier = reader.next().text.toUpperCase() === 'ALL' ? 'ALL' : 'ANY'
      const subquery = parseSubquery(reader)
      return { kind: 'quantified', operator, quantifier, left, query: subquery, ...reader.spanFrom(start) }
    }
    return { kind: 'comparison', operator, left, right: parseValue(reader), ...reader.spanFrom(start) }
  }
  if (reader.takeWords('IS')) {
    const not = reader.takeWords('NOT')
    if (reader.takeWords('DISTINCT')) {
      reader.expectWord('FROM')
      return { kind: 'distinctFrom', not, left, right: parseValue(reader), ...reader.spanFrom(start) }
    }
    if (!reader.takeWords('NULL')) reader.fail('NULL or DISTINCT FROM')
    return { kind: 'isNull', not, operand: left, ...reader.spanFrom(start) }
  }
  const not = reader.takeWords('NOT')
  if (reader.takeWords('BETWEEN')) {
    const low = parseValue(reader)
    reader.expectWord('AND')
    return { kind: 'between', not, operand: left, low, high: parseValue(reader), ...reader.spanFrom(start) }
  }
  if (reader.takeWords('IN')) return parseIn(reader, left, not, start)
  if (reader.takeWords('LIKE')) {
    const pattern = parseValue(reader)
    const marker = reader.takeWords('ESCAPE') ? parseValue(reader) : undefined
    const like = { kind: 'like', not, operand: left, pattern } as const
    return { ...like, ...(marker && { escape: marker }), ...reader.spanFrom(start) }
  }
  if (not) reader.fail('BETWEEN, IN or LIKE')
  return left
}

function parseIn(reader: TokenReader, operand: Expression, not: boolean, start: number): Expression {
  if (!reader.isOperator('(')) reader.fail('(')
  if (startsQuery(reader, 1)) {
    const query = tryParse(reader, () => parseSubquery(reader))
    if (query) return { kind: 'inQuery', not, operand, query, ...reader.spanFrom(start) }
  }
  reader.expectOperator('(')
  const items = reader.list(() => parseExpression(reader))
  reader.expectOperator(')')
  return { kind: 'inList', not, operand, items, ...reader.spanFrom(start) }
}

/** A value: || binds loosest, then + and -, then * / and %, then the sign, then AT TIME ZONE. */
export function parseValue(reader: TokenReader): Expression {
  const { start } = reader.peek()
  const first = parseSum(reader)
  if (!reader.isOperator('||')) return first
  const terms = [first]
  while (reader.takeOperator('||')) terms.push(parseSum(reader))
  return { kind: 'concat', terms, ...reader.spanFrom(start) }
}

function parseSum(reader: TokenReader): Expression {
  return leftChain(reader, ['+', '-'], () => leftChain(reader, ['*', '/', '%'], () => parseSigned(reader)))
}

function leftChain(
  reader: TokenReader,
  operators: readonly BinaryOperator[],
  operand: () => Expression,
): Expression {
  const { start } = reader.peek()
  let left = operand()
  for (let length = 1; ; length++) {
    const operator = operators.find((one) => reader.isOperator(one))
    if (!operator) return left
    if (length > MAX_CHAIN)
      reader.refuse(`An expression chains more than ${MAX_CHAIN} operators.`, reader.peek(), 'OCG2050')
    reader.next()
    left = { kind: 'arithmetic', operator, left, right: operand(), ...reader.spanFrom(start) }
  }
}

function parseSigned(reader: TokenReader): Expression {
  const { start } = reader.peek()
  const negative = reader.isOperator('-')
  if (!negative && !reader.isOperator('+')) return parseZoned(reader)
  reader.next()
  const operand = reader.deeper(() => parseSigned(reader))
  return { kind: 'sign', negative, operand, ...reader.spanFrom(start) }
}

function parseZoned(reader: TokenReader): Expression {
  const { start } = reader.peek()
  let operand = parsePrimary(reader)
  for (let length = 1; reader.takeWords('AT', 'TIME', 'ZONE'); length++) {
    if (length > 10) reader.refuse('AT TIME ZONE is chained more than 10 times.', reader.peek(), 'OCG2050')
    const zone = reader.deeper(() => parsePrimary(reader))
    operand = { kind: 'atTimeZone', operand, zone, ...reader.spanFrom(start) }
  }
  return operand
}
