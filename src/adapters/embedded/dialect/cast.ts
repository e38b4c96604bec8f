import type { Span, TypeName } from '../../../trino/ast.js'
import { fromJson, toJson } from './castJson.js'
import { duckdbTypeOf, fieldName, quoteIdentifier } from './ddl.js'
import { typedLiteral } from './literals.js'
import { toText } from './toText.js'
import { TranslateError } from './translateError.js'
import { coerce, failWhen, knownOf, localTime, type Typed, typed } from './typed.js'
import {
  arrayOf,
  canCoerce,
  decimal,
  fractionDigits,
  isFloating,
  isInteger,
  isNumeric,
  type RowField,
  type SqlType,
  sameType,
  typeName,
  VARCHAR,
} from './types.js'

/** A type as CAST names it. `length` is the n of `varchar(n)`. */
export interface CastTarget {
  readonly type: SqlType
  readonly length?: number
}

const NAMES: Readonly<Record<string, SqlType['kind']>> = {
  boolean: 'boolean',
  tinyint: 'tinyint',
  smallint: 'smallint',
  integer: 'integer',
  int: 'integer',
  bigint: 'bigint',
  real: 'real',
  double: 'double',
  varchar: 'varchar',
  varbinary: 'varbinary',
  date: 'date',
  json: 'json',
  uuid: 'uuid',
}

/** Reads a type's name. Throws for types that the lake's engines don't share. */
export function typeOfName(name: TypeName): CastTarget {
  switch (name.kind) {
    case 'array':
      return { type: arrayOf(plainType(name.item)) }
    case 'map':
      return { type: { kind: 'map', key: plainType(name.key), value: plainType(name.value) } }
    case 'row': {
      const fields = name.fields.map(({ name: field, type }): RowField => {
        return field ? { name: field.text, type: plainType(type) } : { type: plainType(type) }
      })
      const labels = fields.map((field, at) => fieldName(field, at).toLowerCase())
      if (new Set(labels).size < labels.length)
        throw new TranslateError('A row type names a field twice.', name)
      return { type: { kind: 'row', fields } }
    }
    case 'simple':
      return simpleType(name)
  }
}

function plainType(name: TypeName): SqlType {
  const target = typeOfName(name)
  if (target.length !== undefined) {
    throw new TranslateError('Inside another type only varchar without a length is supported.', name)
  }
  return target.type
}

function simpleType(name: Extract<TypeName, { kind: 'simple' }>): CastTarget {
  const [first, second, ...more] = name.parameters
  const wrong = () => new TranslateError(`The type ${name.name} does not take these parameters.`, name)
  if (more.length > 0) throw wrong()
  switch (name.name) {
    case 'decimal': {
      const [precision, scale] = [first ?? 38, second ?? 0]
      if (precision < 1 || precision > 38 || scale > precision) throw wrong()
      return { type: decimal(precision, scale) }
    }
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time': {
      const precision = first ?? 3
      if (second !== undefined) throw wrong()
      if (precision > 6) throw new TranslateError('A time has at most 6 digits after its seconds here.', name)
      const kind = name.name === 'timestamp with time zone' ? 'timestampTz' : name.name
      return { type: { kind, precision } }
    }
    case 'varchar':
      if (second !== undefined || first === 0) throw wrong()
      return first === undefined ? { type: VARCHAR } : { type: VARCHAR, length: first }
  }
  const kind = NAMES[name.name]
  if (!kind) throw new TranslateError(`The type ${name.name} is not supported.`, name)
  if (first !== undefined) throw wrong()
  return { type: { kind } as SqlType }
}

/** CAST, or with `safe` TRY_CAST, after Trino's rules: whole numbers are rounded half up, texts are read strictly. */
export function castTo(value: Typed, target: CastTarget | SqlType, safe: boolean, span: Span): Typed {
  const { type, length } = 'kind' in target ? { type: target, length: undefined } : target
  let sql = castSql(value, type, span)
  if (length !== undefined) {
    // A text is cut; another value that does not fit is an error.
    const short = `substr(${sql}, 1, ${length})`
    const long = `length(${sql}) > ${length}`
    sql = value.type.kind === 'varchar' ? short : failWhen(long, 'A value is longer than its varchar.', sql)
  }
  if (value.type.kind === 'unknown' || value.isNull) return { sql, type, isNull: true }
  // A literal in its own kind of type is still a literal.
  if (value.text !== undefined && type.kind === 'varchar' && length === undefined) return value
  if (value.integer !== undefined && isInteger(type)) return { sql, type, integer: value.integer }
  const zone = type.kind === 'timestampTz' && value.zone !== undefined ? { zone: value.zone } : {}
  const texts = ['varchar', 'json']
  const known = texts.includes(value.type.kind) ? {} : knownOf([value])
  if (!safe || sql === value.sql) return { sql, type, ...zone, ...known }
  return { sql: `TRY(${sql})`, type, ...zone, ...known }
}

function castSql(value: Typed, to: SqlType, span: Span): string {
  const { type: from, sql } = value
  if (from.kind === 'unknown') return coerce(value, to)
  if (sameType(from, to)) return sql
  const result = convertSimple(value, to, span) ?? convertNested(value, to, span)
  if (result === undefined) {
    throw new TranslateError(`A value of type ${typeName(from)} can't be cast to ${typeName(to)}.`, span)
  }
  return result
}

function convertSimple(value: Typed, to: SqlType, span: Span): string | undefined {
  const { type: from, sql } = value
  if (from.kind === 'json') return fromJson(sql, to)
  if (to.kind === 'json') return toJson(value)
  if (from.kind === 'varchar') return fromText(value, to, span)
  switch (to.kind) {
    case 'boolean':
      return isNumeric(from) ? `(${sql} <> 0)` : undefined
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      if (isFloating(from)) return `CAST(round(${sql}) AS ${duckdbTypeOf(to)})`
      return isNumeric(from) || from.kind === 'boolean' ? plainCast(sql, to) : undefined
    case 'decimal':
      if (isFloating(from)) return `CAST(ocg_double_digits(${sql}) AS ${duckdbTypeOf(to)})`
      return isNumeric(from) || from.kind === 'boolean' ? plainCast(sql, to) : undefined
    case 'real':
    case 'double':
      return isNumeric(from) || from.kind === 'boolean' ? plainCast(sql, to) : undefined
    case 'varchar':
      return toText(value)
    case 'date':
      return from.kind === 'timestamp' || from.kind === 'timestampTz'
        ? `CAST(${localTime(value)} AS DATE)`
        : undefined
    case 'timestamp':
      if (from.kind !== 'date' && from.kind !== 'timestamp' && from.kind !== 'timestampTz') return undefined
      return roundTime(from.kind === 'date' ? plainCast(sql, to) : localTime(value), from, to.precision)
    case 'timestampTz':
      if (from.kind === 'timestampTz') return roundTime(sql, from, to.precision)
      return from.kind === 'date' || from.kind === 'timestamp' ? plainCast(sql, to) : undefined
    case 'time':
      if (from.kind === 'time') return from.precision <= to.precision ? sql : undefined
      return from.kind === 'timestamp' || from.kind === 'timestampTz'
        ? `CAST(${roundTime(localTime(value), { ...from, kind: 'timestamp' }, to.precision)} AS TIME)`
        : undefined
    default:
      return undefined
  }
}

function plainCast(sql: string, to: SqlType): string {
  return `CAST(${sql} AS ${duckdbTypeOf(to)})`
}

/** A time with fewer digits after its seconds, rounded half up. */
function roundTime(sql: string, from: SqlType, precision: number): string {
  if (fractionDigits(from) <= precision) return sql
  const macro = from.kind === 'timestampTz' ? 'ocg_round_instant' : 'ocg_round_time'
  return `${macro}(${sql}, ${10 ** (6 - precision)})`
}

function fromText(value: Typed, to: SqlType, span: Span): string | undefined {
  const { sql } = value
  switch (to.kind) {
    case 'boolean':
      return `ocg_text_to_boolean(${sql})`
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CAST(ocg_text_to_bigint(${sql}) AS ${duckdbTypeOf(to)})`
    case 'real':
    case 'double':
      return `CAST(ocg_text_to_double(${sql}) AS ${duckdbTypeOf(to)})`
    case 'decimal':
      return `CAST(ocg_number_text(${sql}) AS ${duckdbTypeOf(to)})`
    case 'date':
      return `CAST(ocg_date_text(${sql}) AS DATE)`
    case 'timestamp':
      return roundTime(
        `CAST(ocg_timestamp_text(${sql}) AS TIMESTAMP)`,
        { kind: 'timestamp', precision: 6 },
        to.precision,
      )
    case 'timestampTz': {
      if (value.text === undefined) return undefined
      const literal = typedLiteral('timestamp', value.text, span)
      return literal.type.kind === 'timestampTz' ? literal.sql : plainCast(literal.sql, to)
    }
    case 'time':
      return `CAST(ocg_time_text(${sql}) AS TIME)`
    case 'varbinary':
      return `encode(${sql})`
    case 'uuid':
      return `CAST(${sql} AS UUID)`
    default:
      return undefined
  }
}

/** Arrays and rows item by item. */
function convertNested(value: Typed, to: SqlType, span: Span): string | undefined {
  const { type: from, sql } = value
  if (from.kind === 'array' && to.kind === 'array') {
    if (canCoerce(from, to)) return coerce(value, to)
    const item = castSql(typed('ocg_cast', from.item), to.item, span)
    return `list_transform(${sql}, lambda ocg_cast: ${item})`
  }
  if (from.kind === 'row' && to.kind === 'row' && from.fields.length === to.fields.length) {
    const fields = to.fields.map((field, at) => {
      const source = from.fields[at] as RowField
      const part = typed(`(${sql}).${quoteIdentifier(fieldName(source, at))}`, source.type)
      return `${quoteIdentifier(fieldName(field, at))} := ${castSql(part, field.type, span)}`
    })
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`
  }
  if (from.kind === 'map' && to.kind === 'map' && canCoerce(from, to)) return coerce(value, to)
  return undefined
}
