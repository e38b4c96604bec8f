import type { Json } from './json.js'
import { dateTimeToMillis, dateToDay } from './scalars/dateTime.js'
import type { ScalarName, TypeRef } from './types.js'

const SQL_TYPES: Readonly<Record<ScalarName, string>> = {
  ID: 'VARCHAR',
  String: 'VARCHAR',
  Int: 'INTEGER',
  Float: 'DOUBLE',
  Boolean: 'BOOLEAN',
  AWSDateTime: 'TIMESTAMP(3)',
  AWSDate: 'DATE',
  AWSTime: 'VARCHAR',
  AWSTimestamp: 'BIGINT',
  AWSEmail: 'VARCHAR',
  AWSJSON: 'VARCHAR',
  AWSURL: 'VARCHAR',
  AWSPhone: 'VARCHAR',
  AWSIPAddress: 'VARCHAR',
}

/** Trino's name of an argument's type: `VARCHAR`, `ARRAY(INTEGER)`. */
export function sqlTypeName(type: TypeRef): string {
  switch (type.kind) {
    case 'list':
      return `ARRAY(${sqlTypeName(type.item)})`
    case 'scalar':
      return SQL_TYPES[type.name]
    default:
      return 'VARCHAR'
  }
}

/**
 * Trino's literal of a value that has its type already; lists become arrays. Nothing that the value holds can end
 * the literal, and a number's sign can't join what stands before it.
 */
export function sqlLiteral(value: Json, type: TypeRef): string {
  if (value === null) return `CAST(NULL AS ${sqlTypeName(type)})`
  if (type.kind === 'list') {
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value]
    if (items.length === 0) return `CAST(ARRAY[] AS ${sqlTypeName(type)})`
    return `ARRAY[${items.map((item) => sqlLiteral(item, type.item)).join(', ')}]`
  }
  const text = scalarText(value, type)
  switch (sqlTypeName(type)) {
    case 'INTEGER':
      return enclosed(text)
    case 'DOUBLE':
      return enclosed(doubleText(Number(value)))
    case 'BIGINT':
      // Without its type a small number would be an INTEGER, and arithmetic with it would overflow.
      return `CAST(${enclosed(text)} AS BIGINT)`
    case 'BOOLEAN':
      return text
    case 'TIMESTAMP(3)':
      return `TIMESTAMP '${timestampText(text)}'`
    case 'DATE':
      return `DATE '${dateToDay(text)}'`
    default:
      return `'${escapeText(text)}'`
  }
}

/** A value as text inside a string literal, without the quotes around it. */
export function sqlLiteralText(value: Json, type: TypeRef): string {
  return escapeText(scalarText(value, type))
}

/** `2024-01-01 00:00:00.000` in UTC. */
function timestampText(dateTime: string): string {
  return new Date(dateTimeToMillis(dateTime)).toISOString().replace('T', ' ').replace('Z', '')
}

function scalarText(value: Json, type: TypeRef): string {
  if (typeof value === 'number' && type.kind === 'scalar' && type.name === 'Float') return plainNumber(value)
  return typeof value === 'string' ? value : String(value)
}

/** A number without an exponent's plus sign: `1e+30` is `1e30`. */
function plainNumber(value: number): string {
  return (Object.is(value, -0) ? '-0' : String(value)).replace('+', '')
}

/** With an exponent Trino reads a DOUBLE, without one a DECIMAL. */
function doubleText(value: number): string {
  const text = plainNumber(value).toUpperCase()
  return text.includes('E') ? text : `${text}E0`
}

/** A negative number in parentheses: `-` before it must not become the beginning of a comment. */
function enclosed(number: string): string {
  return number.startsWith('-') ? `(${number})` : number
}

function escapeText(text: string): string {
  return text.replaceAll("'", "''")
}
