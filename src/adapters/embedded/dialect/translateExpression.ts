import type { Call, Expression, Name, Query } from '../../../trino/ast.js'
import { arithmetic, negate } from './arithmetic.js'
import { castTo, typeOfName } from './cast.js'
import { comparable, comparableType, compare, renderBetween, renderInList } from './comparison.js'
import { checkCorrelation, type Place } from './correlation.js'
import { createCall } from './createCall.js'
import { fieldName, quoteIdentifier, quoteString } from './ddl.js'
import type { Environment } from './environment.js'
import { withoutNan } from './equality.js'
import { subscript } from './functions/array.js'
import { extractField } from './functions/dateTime.js'
import { functionRule } from './functions/index.js'
import { interval, typedLiteral } from './literals.js'
import { logicalValue } from './logicalValue.js'
import { render, renderAs, renderBoolean, renderFilter } from './render.js'
import {
  columnValue,
  hasName,
  type Resolved,
  relationColumns,
  resolveName,
  resolveQualified,
} from './scope.js'
import type { OutputColumn, TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { coerce, coerced, commonTypeOf, knownOf, NULL, type Typed, textLiteral, typed } from './typed.js'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  type RowField,
  type SqlType,
  typeName,
  VARBINARY,
  VARCHAR,
} from './types.js'

/** Translates an expression without regard to GROUP BY and zones: see `render`. Throws `TranslateError`. */
export function translateExpression(node: Expression, environment: Environment): Typed {
  const boolean = (sql: string) => typed(sql, BOOLEAN)
  const condition = (part: Expression, place: string) => renderBoolean(part, environment, place)
  switch (node.kind) {
    case 'null':
      return NULL
    case 'boolean':
      return boolean(node.value ? 'TRUE' : 'FALSE')
    case 'integer':
      return integerLiteral(node.text, node)
    case 'decimal':
      return decimalLiteral(node.text, node)
    case 'double':
      return doubleLiteral(node.text, node)
    case 'string':
      return textLiteral(node.value)
    case 'binary':
      return typed(`from_hex('${node.hex}')`, VARBINARY)
    case 'typedLiteral':
      return renderTypedLiteral(node)
    case 'interval':
      return interval(node)
    case 'name':
      return column(resolveName(node.name, environment.scope), node.name, environment)
    case 'field':
      return renderField(node, environment)
    case 'subscript': {
      const base = render(node.base, environment)
      return subscript(base, render(node.index, environment), node, node.index)
    }
    case 'row':
      return renderRow(node.items.map((item) => render(item, environment)))
    case 'array': {
      const items = node.items.map((item) => render(item, environment))
      const type = common(items, node, 'The items of an ARRAY')
      return {
        ...typed(`[${items.map((item) => coerce(item, type)).join(', ')}]`, arrayOf(type)),
        ...knownOf(items),
      }
    }
    case 'logical':
      return boolean(logicalValue(node, environment))
    case 'not':
      return boolean(`(NOT ${condition(node.operand, 'NOT')})`)
    case 'comparison':
      return compare(node.operator, [node.left, node.right], node, environment)
    case 'distinctFrom': {
      const [left, right] = comparable([node.left, node.right], '=', node, environment)
      return boolean(`(${left?.sql} IS ${node.not ? 'NOT ' : ''}DISTINCT FROM ${right?.sql})`)
    }
    case 'between':
      return boolean(renderBetween(node, environment))
    case 'inList':
      return boolean(renderInList(node, environment))
    case 'inQuery':
      return boolean(renderInQuery(node, environment))
    case 'quantified': {
      const query = subquery('quantified', node.query, environment)
      singleColumn(query.columns, node.query)
      const left = render(node.left, environment)
      const alias = environment.fresh('t')
      const [item] = query.columns.map((one) => columnValue({ ...one, sql: `${alias}.${one.name}` })) as [
        Typed,
      ]
      const type = comparableType([left, item], node.operator, node)
      const isOrder = node.operator !== '=' && node.operator !== '<>'
      const side = (value: Typed) => {
        const one = coerced(value, type)
        return isOrder ? withoutNan(one, `${node.operator} ${node.quantifier}`) : one.sql
      }
      const rows = `(SELECT ${side(item)} FROM (${query.sql}) AS ${alias})`
      return boolean(`(${side(left)} ${node.operator} ${node.quantifier} ${rows})`)
    }
    case 'like':
      return renderLike(node, environment)
    case 'isNull': {
      const operand = render(node.operand, environment, { zoned: true })
      return boolean(`(${operand.sql} IS ${node.not ? 'NOT ' : ''}NULL)`)
    }
    case 'arithmetic': {
      const left = render(node.left, environment, { zoned: true })
      const right = render(node.right, environment, { zoned: true })
      return arithmetic(node.operator, left, right, node)
    }
    case 'sign':
      // The sign belongs to the literal: the smallest numbers have no positive ones.
      if (node.negative && node.operand.kind === 'integer' && node.operand.end === node.end) {
        return integerLiteral(`-${node.operand.text}`, node)
      }
      return negate(render(node.operand, environment), node.negative, node)
    case 'concat':
      return renderConcat(node.terms, environment)
    case 'atTimeZone': {
      const call: Call = {
        ...node,
        kind: 'call',
        name: { text: 'at_timezone', start: node.start, end: node.end },
        args: [node.operand, node.zone],
        star: false,
        distinct: false,
        orderBy: [],
      }
      return renderCall(call, environment)
    }
    case 'case':
      return renderCase(node, environment)
    case 'cast': {
      const value = render(node.operand, environment, { zoned: true })
      return castTo(value, typeOfName(node.type), node.safe, node)
    }
    case 'extract':
      return extractField(node.field, render(node.operand, environment, { zoned: true }), node)
    case 'exists':
      return boolean(`EXISTS (${subquery('exists', node.query, environment).sql})`)
    case 'subquery': {
      const query = subquery('scalar', node.query, environment)
      const type = singleColumn(query.columns, node.query)
      return { ...columnValue({ ...(query.columns[0] as OutputColumn), sql: `(${query.sql})` }), type }
    }
    case 'lambda':
      throw new TranslateError('A lambda stands only where a function takes one.', node)
    case 'call':
      return renderCall(node, environment)
  }
}

function renderTypedLiteral(node: Extract<Expression, { kind: 'typedLiteral' }>): Typed {
  const types: Readonly<Record<string, SqlType>> = {
    double: DOUBLE,
    bigint: BIGINT,
    integer: INTEGER,
    real: { kind: 'real' },
  }
  const type = types[node.type]
  return type ? castTo(textLiteral(node.value), type, false, node) : typedLiteral(node.type, node.value, node)
}

function column({ value, scope }: Resolved, name: Name, environment: Environment): Typed {
  const { grouping } = environment
  environment.references.push({ scope, start: name.start })
  if (scope.ofResult && environment.noAggregates) {
    throw new TranslateError(`${name.text} names a column of the result, which an aggregate can't use.`, name)
  }
  if (grouping && scope === grouping.scope && !grouping.keys.has(value.sql)) {
    const message = `Column ${name.text} is neither in GROUP BY nor in an aggregate function.`
    throw new TranslateError(message, name)
  }
  return value
}

/** `relation.column`, or a field of a row. */
function renderField(node: Extract<Expression, { kind: 'field' }>, environment: Environment): Typed {
  if (node.base.kind === 'name') {
    const relation = node.base.name
    const found = resolveQualified(relation, node.name, environment.scope)
    if (found) return column(found, { ...node.name, start: relation.start }, environment)
    if (!hasName(relation, environment.scope) && !relationColumns(relation, environment.scope)) {
      const message = `There is neither a relation nor a column ${relation.text} here.`
      throw new TranslateError(message, relation)
    }
  }
  const base = render(node.base, environment)
  return rowField(base, node.name)
}

function rowField(base: Typed, name: Name): Typed {
  if (base.type.kind !== 'row') {
    throw new TranslateError(`A value of type ${typeName(base.type)} has no field ${name.text}.`, name)
  }
  const at = base.type.fields.findIndex((field) => field.name?.toLowerCase() === name.text.toLowerCase())
  const field = base.type.fields[at]
  if (!field) {
    const known = base.type.fields.flatMap((one) => one.name ?? []).join(', ')
    throw new TranslateError(
      `There is no field ${name.text}; the fields are ${known || 'without names'}.`,
      name,
    )
  }
  const value = typed(`(${base.sql}).${quoteIdentifier(fieldName(field, at))}`, field.type)
  return { ...value, ...(base.finite && { finite: true }), ...(base.number && { number: true }) }
}

function renderRow(items: readonly Typed[]): Typed {
  const fields: RowField[] = items.map((item) => ({ type: item.type }))
  const parts = items.map(
    (item, at) =>
      `${quoteIdentifier(`field${at}`)} := ${item.type.kind === 'unknown' ? 'CAST(NULL AS INTEGER)' : item.sql}`,
  )
  return { ...typed(`struct_pack(${parts.join(', ')})`, { kind: 'row', fields }), ...knownOf(items), items }
}

function integerLiteral(text: string, span: Expression): Typed {
  const integer = BigInt(text)
  if (integer > 9223372036854775807n || integer < -9223372036854775808n) {
    throw new TranslateError(`${text} is beyond what a bigint can hold.`, span)
  }
  const type = integer > 2147483647n || integer < -2147483648n ? BIGINT : INTEGER
  // DuckDB takes the sign for an operator, and the number without it for a bigint.
  const smallest = integer === -2147483648n ? `CAST(${integer} AS INTEGER)` : undefined
  return { sql: smallest ?? (integer < 0n ? `(${integer})` : integer.toString()), type, integer }
}

function decimalLiteral(text: string, span: Expression): Typed {
  const [whole = '', fraction = ''] = text.split('.')
  const digits = whole.replace(/^0+/, '')
  const precision = Math.max(1, digits.length + fraction.length)
  if (precision > 38) throw new TranslateError(`${text} has more than 38 digits.`, span)
  const sql = `CAST(${quoteString(`${digits || '0'}.${fraction || '0'}`)} AS DECIMAL(${precision}, ${fraction.length}))`
  return typed(sql, decimal(precision, fraction.length))
}

function doubleLiteral(text: string, span: Expression): Typed {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new TranslateError(`${text} is larger than a double can hold.`, span)
  return { ...typed(`CAST('${value}' AS DOUBLE)`, DOUBLE), finite: true }
}

function common(values: readonly Typed[], span: Expression, what: string): SqlType {
  const type = commonTypeOf(values)
  if (type) return type
  const names = [...new Set(values.map((value) => typeName(value.type)))].join(', ')
  throw new TranslateError(`${what} have different types: ${names}.`, span)
}

function subquery(place: Place, query: Query, environment: Environment): TranslatedQuery {
  const before = environment.references.length
  const translated = environment.translator.query(query, environment)
  checkCorrelation(place, query, environment.scope, environment.references.slice(before))
  return translated
}

function singleColumn(
  columns: readonly { readonly type: SqlType }[],
  span: { start: number; end: number },
): SqlType {
  if (columns.length !== 1) {
    throw new TranslateError(`A subquery in an expression gives one column, not ${columns.length}.`, span)
  }
  return (columns[0] as { type: SqlType }).type
}

function renderInQuery(node: Extract<Expression, { kind: 'inQuery' }>, environment: Environment): string {
  const query = subquery('in', node.query, environment)
  const operand = render(node.operand, environment)
  const alias = environment.fresh('t')
  const items = query.columns.map((one) => columnValue({ ...one, sql: `${alias}.${one.name}` }))
  const item = items.length === 1 ? (items[0] as Typed) : renderRow(items)
  const type = comparableType([operand, item], '=', node)
  const rows = `(SELECT ${coerce(item, type)} FROM (${query.sql}) AS ${alias})`
  return `(${coerce(operand, type)} ${node.not ? 'NOT ' : ''}IN ${rows})`
}

function renderLike(node: Extract<Expression, { kind: 'like' }>, environment: Environment): Typed {
  const operand = renderAs(node.operand, VARCHAR, environment, 'LIKE')
  const pattern = renderAs(node.pattern, VARCHAR, environment, 'LIKE')
  let marker = ''
  if (node.escape) {
    const value = render(node.escape, environment)
    if (value.text === undefined || [...value.text].length !== 1) {
      throw new TranslateError('ESCAPE takes one character in quotes.', node.escape)
    }
    marker = ` ESCAPE ${value.sql}`
  }
  return typed(`(${operand} ${node.not ? 'NOT ' : ''}LIKE ${pattern}${marker})`, BOOLEAN)
}

function renderConcat(terms: readonly Expression[], environment: Environment): Typed {
  const name = { text: 'concat', start: terms[0]?.start ?? 0, end: terms.at(-1)?.end ?? 0 }
  return renderCall(
    {
      kind: 'call',
      name,
      args: terms,
      star: false,
      distinct: false,
      orderBy: [],
      start: name.start,
      end: name.end,
    },
    environment,
  )
}

function renderCase(node: Extract<Expression, { kind: 'case' }>, environment: Environment): Typed {
  const results = [...node.whens.map((when) => when.result), ...(node.else ? [node.else] : [])]
  const values = results.map((result) => render(result, environment))
  const type = common(values, node, 'The results of CASE')
  const whens = node.whens.map(({ when }, at) => {
    const test = node.operand
      ? compare('=', [node.operand, when], when, environment).sql
      : renderFilter(when, environment, 'WHEN')
    return `WHEN ${test} THEN ${coerce(values[at] as Typed, type)}`
  })
  const otherwise = node.else ? ` ELSE ${coerce(values.at(-1) as Typed, type)}` : ''
  return { ...typed(`CASE ${whens.join(' ')}${otherwise} END`, type), ...knownOf(values) }
}

function renderCall(call: Call, environment: Environment): Typed {
  const rule = functionRule(call.name.text)
  if (!rule) {
    const message = `Function ${call.name.text} is not supported: see docs/sql-dialect.md for the functions that are.`
    throw new TranslateError(message, call.name)
  }
  const prepared = createCall(call, rule, environment)
  const value = rule.translate(prepared)
  if (!prepared.isNull()) return value
  return { sql: coerce(NULL, value.type), type: value.type, isNull: true }
}
