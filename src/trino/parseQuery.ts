import type {
  Expression,
  GroupBy,
  GroupingElement,
  Limit,
  NamedQuery,
  NamedWindow,
  Query,
  QueryBody,
  Select,
  SelectItem,
  With,
} from './ast.js'
import { parseExpression } from './parseExpression.js'
import { parsePrimary } from './parsePrimary.js'
import { parseRelation } from './parseRelation.js'
import { parseSortItem } from './parseSortItem.js'
import { parseSubquery, startsQuery } from './parseSubquery.js'
import { parseWindow } from './parseWindow.js'
import type { TokenReader } from './tokenReader.js'

/** Most SELECTs in one chain of UNION, INTERSECT or EXCEPT. */
const MAX_CHAIN = 500

/** Reads a query: `[WITH …] body [ORDER BY …] [OFFSET …] [LIMIT … | FETCH …]`. */
export function parseQuery(reader: TokenReader): Query {
  return reader.deeper(() => {
    const { start } = reader.peek()
    const queries = reader.isWords('WITH') ? parseWith(reader) : undefined
    const body = parseBody(reader)
    const orderBy = reader.takeWords('ORDER', 'BY') ? reader.list(() => parseSortItem(reader)) : []
    const offset = parseOffset(reader)
    const limit = parseLimit(reader)
    if (limit && reader.isWords('OFFSET'))
      reader.refuse('OFFSET stands before LIMIT.', reader.peek(), 'OCG2050')
    return {
      ...(queries && { with: queries }),
      body,
      orderBy,
      ...(offset && { offset }),
      ...(limit && { limit }),
      ...reader.spanFrom(start),
    }
  })
}

function parseWith(reader: TokenReader): With {
  reader.expectWord('WITH')
  const recursive = reader.takeWords('RECURSIVE')
  const queries = reader.list((): NamedQuery => {
    const name = reader.expectName()
    const columns = reader.isOperator('(') ? reader.nameList() : undefined
    reader.expectWord('AS')
    const query = parseSubquery(reader)
    return { name, ...(columns && { columns }), query, ...reader.spanFrom(name.start) }
  })
  return { recursive, queries }
}

function parseOffset(reader: TokenReader): Expression | undefined {
  if (!reader.takeWords('OFFSET')) return undefined
  const offset = rowCount(reader)
  if (!reader.takeWords('ROWS')) reader.takeWords('ROW')
  return offset
}

function parseLimit(reader: TokenReader): Limit | undefined {
  const { start } = reader.peek()
  if (reader.takeWords('LIMIT')) {
    if (reader.takeWords('ALL')) return undefined
    return { count: rowCount(reader), withTies: false, ...reader.spanFrom(start) }
  }
  if (!reader.takeWords('FETCH')) return undefined
  if (!reader.takeWords('FIRST') && !reader.takeWords('NEXT')) reader.fail('FIRST or NEXT')
  const one: Expression = { kind: 'integer', text: '1', start, end: start }
  const count = reader.isOneOf('ROW', 'ROWS') ? one : rowCount(reader)
  if (!reader.takeWords('ROWS') && !reader.takeWords('ROW')) reader.fail('ROWS')
  const withTies = reader.takeWords('WITH', 'TIES')
  if (!withTies) reader.expectWord('ONLY')
  return { count, withTies, ...reader.spanFrom(start) }
}

function rowCount(reader: TokenReader): Expression {
  if (reader.peek().kind !== 'integer') {
    reader.refuse(
      'A number of rows is a whole number or an argument of type Int; Trino takes no expression here.',
      reader.peek(),
      'OCG2050',
    )
  }
  return parsePrimary(reader)
}

/** A chain of UNION and EXCEPT, whose operands are chains of INTERSECT. */
function parseBody(reader: TokenReader): QueryBody {
  return setChain(reader, ['UNION', 'EXCEPT'], () => setChain(reader, ['INTERSECT'], () => parseTerm(reader)))
}

function setChain(
  reader: TokenReader,
  operators: readonly ('UNION' | 'INTERSECT' | 'EXCEPT')[],
  operand: () => QueryBody,
): QueryBody {
  const { start } = reader.peek()
  let left = operand()
  for (let length = 1; ; length++) {
    const operator = operators.find((one) => reader.isWords(one))
    if (!operator) return left
    if (length > MAX_CHAIN)
      reader.refuse(`A statement chains more than ${MAX_CHAIN} queries.`, reader.peek(), 'OCG2050')
    reader.next()
    const all = reader.takeWords('ALL')
    if (!all) reader.takeWords('DISTINCT')
    left = { kind: 'setOperation', operator, all, left, right: operand(), ...reader.spanFrom(start) }
  }
}

function parseTerm(reader: TokenReader): QueryBody {
  const { start } = reader.peek()
  if (reader.isWords('SELECT')) return parseSelect(reader)
  if (reader.isOperator('(')) {
    const query = parseSubquery(reader)
    return { kind: 'parenthesized', query, ...reader.spanFrom(start) }
  }
  if (reader.takeWords('VALUES')) {
    const rows = reader.list(() => parseExpression(reader))
    return { kind: 'values', rows, ...reader.spanFrom(start) }
  }
  if (reader.takeWords('TABLE')) {
    const name = [reader.expectName('the name of a table')]
    while (reader.takeOperator('.')) name.push(reader.expectName())
    return { kind: 'tableQuery', name, ...reader.spanFrom(start) }
  }
  if (reader.isOneOf('INSERT', 'UPDATE', 'DELETE', 'MERGE')) {
    reader.refuse(`A query cannot hold ${reader.peek().text.toUpperCase()}.`)
  }
  return reader.fail('SELECT')
}

function parseSelect(reader: TokenReader): Select {
  const { start } = reader.expectWord('SELECT')
  const distinct = reader.takeWords('DISTINCT')
  if (!distinct) reader.takeWords('ALL')
  if (distinct && reader.isWords('ON')) reader.refuse("Trino's SELECT has no DISTINCT ON.")
  if (reader.isWords('FROM')) reader.refuse('The SELECT names no columns.', reader.peek(), 'OCG2050')
  const items = reader.list(() => parseSelectItem(reader))
  if (reader.isWords('INTO')) reader.refuse("Trino's SELECT has no INTO: a statement only reads.")
  const from = reader.takeWords('FROM') ? reader.list(() => parseRelation(reader)) : []
  const where = reader.takeWords('WHERE') ? parseExpression(reader) : undefined
  const groupBy = reader.takeWords('GROUP', 'BY') ? parseGroupBy(reader) : undefined
  const having = reader.takeWords('HAVING') ? parseExpression(reader) : undefined
  const windows = reader.takeWords('WINDOW') ? reader.list(() => parseNamedWindow(reader)) : []
  return {
    kind: 'select',
    distinct,
    items,
    from,
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    windows,
    ...reader.spanFrom(start),
  }
}

function parseSelectItem(reader: TokenReader): SelectItem {
  const { start } = reader.peek()
  if (reader.takeOperator('*')) return { kind: 'all', ...reader.spanFrom(start) }
  const all = parseQualifiedAll(reader)
  if (all) return all
  const expression = parseExpression(reader)
  const named = reader.takeWords('AS') || reader.isBareAlias()
  const alias = named ? reader.expectName('the name of a column') : undefined
  return { kind: 'expression', expression, ...(alias && { alias }), ...reader.spanFrom(start) }
}

/** `t.*`, `t.struct.*`. */
function parseQualifiedAll(reader: TokenReader): SelectItem | undefined {
  let ahead = 0
  while (reader.isName(ahead) && reader.isOperator('.', ahead + 1)) ahead += 2
  if (ahead === 0 || !reader.isOperator('*', ahead)) return undefined
  const first = reader.expectName()
  let of: Expression = { kind: 'name', name: first, start: first.start, end: first.end }
  reader.expectOperator('.')
  while (reader.isName()) {
    const name = reader.expectName()
    of = { kind: 'field', base: of, name, start: first.start, end: name.end }
    reader.expectOperator('.')
  }
  reader.expectOperator('*')
  if (reader.isWords('AS') && reader.isOperator('(', 1)) {
    reader.next()
    return { kind: 'all', of, columns: reader.nameList(), ...reader.spanFrom(first.start) }
  }
  return { kind: 'all', of, ...reader.spanFrom(first.start) }
}

function parseGroupBy(reader: TokenReader): GroupBy {
  const quantifier = reader.peek()
  const distinct = reader.takeWords('DISTINCT')
  if (!distinct && reader.takeWords('ALL') && endsGroupBy(reader)) {
    const hint = 'Name the columns to group by, or their numbers.'
    reader.refuse('GROUP BY ALL names no columns.', quantifier, 'OCG2050', hint)
  }
  return { distinct, elements: reader.list(() => parseGroupingElement(reader)) }
}

function endsGroupBy(reader: TokenReader): boolean {
  if (reader.peek().kind === 'end' || reader.isOperator(')')) return true
  return reader.isOneOf(
    'HAVING',
    'WINDOW',
    'UNION',
    'INTERSECT',
    'EXCEPT',
    'ORDER',
    'OFFSET',
    'LIMIT',
    'FETCH',
  )
}

function parseGroupingElement(reader: TokenReader): GroupingElement {
  const sets = () => {
    reader.expectOperator('(')
    const all = reader.isOperator(')') ? [] : reader.list(() => groupingSet(reader))
    reader.expectOperator(')')
    return all
  }
  if (reader.takeWords('GROUPING', 'SETS')) return { kind: 'sets', sets: sets() }
  if (reader.takeWords('ROLLUP')) return { kind: 'rollup', sets: sets() }
  if (reader.takeWords('CUBE')) return { kind: 'cube', sets: sets() }
  if (reader.isOperator('(') && !startsQuery(reader, 1)) {
    const expression = reader.isOperator(')', 1) ? undefined : parseExpression(reader)
    if (!expression) return { kind: 'simple', expressions: groupingSet(reader) }
    return { kind: 'simple', expressions: expression.kind === 'row' ? expression.items : [expression] }
  }
  return { kind: 'simple', expressions: [parseExpression(reader)] }
}

function groupingSet(reader: TokenReader): Expression[] {
  if (reader.isOperator('(') && reader.isOperator(')', 1)) {
    reader.next()
    reader.next()
    return []
  }
  const expression = parseExpression(reader)
  return expression.kind === 'row' ? [...expression.items] : [expression]
}

function parseNamedWindow(reader: TokenReader): NamedWindow {
  const name = reader.expectName('the name of a window')
  reader.expectWord('AS')
  return { name, window: parseWindow(reader) }
}
