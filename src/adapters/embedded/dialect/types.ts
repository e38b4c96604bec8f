/** A type of Trino's. Lengths of varchar are left out: nothing here depends on them. */
export type SqlType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `precision` is the number of digits of a second's fraction, 0 to 6. */
  | { readonly kind: 'time' | 'timestamp' | 'timestampTz'; readonly precision: number }
  | { readonly kind: 'array'; readonly item: SqlType }
  | { readonly kind: 'map'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] }

export type SimpleKind =
  /** The type of NULL. */
  | 'unknown'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'varchar'
  | 'varbinary'
  | 'date'
  | 'json'
  | 'uuid'
  | 'intervalDay'
  | 'intervalYear'

export interface RowField {
  /** Absent for a field of `ROW(1, 2)`. */
  readonly name?: string
  readonly type: SqlType
}

export const UNKNOWN: SqlType = { kind: 'unknown' }
export const BOOLEAN: SqlType = { kind: 'boolean' }
export const INTEGER: SqlType = { kind: 'integer' }
export const BIGINT: SqlType = { kind: 'bigint' }
export const DOUBLE: SqlType = { kind: 'double' }
export const VARCHAR: SqlType = { kind: 'varchar' }
export const VARBINARY: SqlType = { kind: 'varbinary' }
export const DATE: SqlType = { kind: 'date' }
export const JSON_TYPE: SqlType = { kind: 'json' }
export const TIMESTAMP: SqlType = { kind: 'timestamp', precision: 3 }
export const TIMESTAMP_TZ: SqlType = { kind: 'timestampTz', precision: 3 }

export function arrayOf(item: SqlType): SqlType {
  return { kind: 'array', item }
}

export function decimal(precision: number, scale: number): SqlType {
  return { kind: 'decimal', precision: Math.min(38, precision), scale }
}

const INTEGERS = ['tinyint', 'smallint', 'integer', 'bigint']
/** Digits that a whole number's type needs as a decimal. */
const INTEGER_DIGITS: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 }

export function isInteger(type: SqlType): boolean {
  return INTEGERS.includes(type.kind)
}

export function isNumeric(type: SqlType): boolean {
  return isInteger(type) || type.kind === 'decimal' || isFloating(type)
}

export function isFloating(type: SqlType): boolean {
  return type.kind === 'real' || type.kind === 'double'
}

/** Whether values of the type have an order. */
export function isOrderable(type: SqlType): boolean {
  if (type.kind === 'array') return isOrderable(type.item)
  if (type.kind === 'row') return type.fields.every((field) => isOrderable(field.type))
  return type.kind !== 'json' && type.kind !== 'map'
}

/**
 * Whether values of the type can be compared with =. JSON and maps can in Trino, but not by what DuckDB keeps of them:
 * the text of the one, and the order of the other's keys.
 */
export function isComparable(type: SqlType): boolean {
  if (type.kind === 'array') return isComparable(type.item)
  if (type.kind === 'row') return type.fields.every((field) => isComparable(field.type))
  return type.kind !== 'json' && type.kind !== 'map'
}

/** A whole number's type as a decimal; other types stay. */
export function asDecimal(type: SqlType): SqlType {
  const digits = INTEGER_DIGITS[type.kind]
  return digits === undefined ? type : decimal(digits, 0)
}

export function sameType(left: SqlType, right: SqlType): boolean {
  return typeName(left) === typeName(right)
}

/** The type that both sides take where they meet, after Trino's rules of coercion; undefined when there is none. */
export function commonType(left: SqlType, right: SqlType): SqlType | undefined {
  if (left.kind === 'unknown') return right
  if (right.kind === 'unknown') return left
  if (left.kind === 'array' && right.kind === 'array') {
    const item = commonType(left.item, right.item)
    return item && arrayOf(item)
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const key = commonType(left.key, right.key)
    const value = commonType(left.value, right.value)
    return key && value && { kind: 'map', key, value }
  }
  if (left.kind === 'row' && right.kind === 'row') return commonRow(left.fields, right.fields)
  if (isNumeric(left) && isNumeric(right)) return commonNumber(left, right)
  if (isTime(left) && isTime(right)) return commonTime(left, right)
  return left.kind === right.kind ? left : undefined
}

function commonRow(left: readonly RowField[], right: readonly RowField[]): SqlType | undefined {
  if (left.length !== right.length) return undefined
  const fields: RowField[] = []
  for (const [at, field] of left.entries()) {
    const other = right[at] as RowField
    const type = commonType(field.type, other.type)
    if (!type) return undefined
    const name = field.name?.toLowerCase() === other.name?.toLowerCase() ? field.name : undefined
    fields.push(name === undefined ? { type } : { name, type })
  }
  return { kind: 'row', fields }
}

function commonNumber(left: SqlType, right: SqlType): SqlType {
  if (left.kind === 'double' || right.kind === 'double') return DOUBLE
  if (left.kind === 'real' || right.kind === 'real') return { kind: 'real' }
  if (isInteger(left) && isInteger(right)) {
    return INTEGERS.indexOf(left.kind) >= INTEGERS.indexOf(right.kind) ? left : right
  }
  const a = asDecimal(left) as { precision: number; scale: number }
  const b = asDecimal(right) as { precision: number; scale: number }
  const scale = Math.max(a.scale, b.scale)
  return decimal(scale + Math.max(a.precision - a.scale, b.precision - b.scale), scale)
}

const TIMES = ['date', 'timestamp', 'timestampTz']

function isTime(type: SqlType): boolean {
  return TIMES.includes(type.kind)
}

function commonTime(left: SqlType, right: SqlType): SqlType {
  const kind = TIMES.indexOf(left.kind) >= TIMES.indexOf(right.kind) ? left.kind : right.kind
  if (kind !== 'timestamp' && kind !== 'timestampTz') return DATE
  return { kind, precision: Math.max(fractionDigits(left), fractionDigits(right)) }
}

/** Digits of a second's fraction; 0 for other types. */
export function fractionDigits(type: SqlType): number {
  return type.kind === 'time' || type.kind === 'timestamp' || type.kind === 'timestampTz' ? type.precision : 0
}

/** Whether Trino takes a value of one type where another is asked for, without a CAST. */
export function canCoerce(from: SqlType, to: SqlType): boolean {
  const common = commonType(from, to)
  if (!common) return false
  if (to.kind === 'row' && common.kind === 'row') return to.fields.length === common.fields.length
  return common.kind === to.kind && (to.kind === 'decimal' ? sameType(common, to) : true)
}

/** The type as Trino writes it. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'time':
    case 'timestamp':
      return `${type.kind}(${type.precision})`
    case 'timestampTz':
      return `timestamp(${type.precision}) with time zone`
    case 'array':
      return `array(${typeName(type.item)})`
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`
    case 'row':
      return `row(${type.fields.map(({ name, type: of }) => (name === undefined ? '' : `${name} `) + typeName(of)).join(', ')})`
    case 'intervalDay':
      return 'interval day to second'
    case 'intervalYear':
      return 'interval year to month'
    default:
      return type.kind
  }
}
