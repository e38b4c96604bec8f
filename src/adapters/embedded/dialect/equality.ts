import { fieldName, quoteIdentifier } from './ddl.js'
import { failWhen, mayBeNan, once, type Typed, typed } from './typed.js'
import { isFloating, type SqlType } from './types.js'

export type Order = '<' | '<=' | '>' | '>='

/**
 * Whether two values of one type are equal, as Trino has it: NaN equals nothing, and what holds NULL equals neither its
 * like nor anything else for sure: the answer is NULL unless another item decides.
 */
export function equal(left: Typed, right: Typed, depth = 0): string {
  const { type } = left
  if (isFloating(type)) {
    const plain = `(${left.sql} = ${right.sql})`
    if (!mayBeNan(left) || !mayBeNan(right)) return plain
    return once([left.sql, right.sql], (a, b) => `(${a} = ${b} AND (NOT isnan(${a}) OR ${b} IS NULL))`)
  }
  if (type.kind === 'row') return equalRows(left, right, type, depth)
  if (type.kind !== 'array') return `(${left.sql} = ${right.sql})`
  return once([left.sql, right.sql], (a, b) => {
    const at = `ocg_at${depth}`
    const item = (list: string): Typed => ({ ...typed(`list_extract(${list}, ${at})`, type.item) })
    const each = `list_transform(range(1, 1 + len(${a})), lambda ${at}: ${equal(item(a), item(b), depth + 1)})`
    return `CASE WHEN len(${a}) <> len(${b}) THEN FALSE WHEN ${b} IS NULL THEN NULL ELSE ocg_all_match(${each}) END`
  })
}

function equalRows(
  left: Typed,
  right: Typed,
  type: Extract<SqlType, { kind: 'row' }>,
  depth: number,
): string {
  const sides = [left, right].map((side) => (side.items ? undefined : side.sql))
  const known = sides.filter((side) => side !== undefined)
  return once(known, (...names) => {
    const queue = [...names]
    const [a, b] = [left, right].map((side) =>
      side.items ? side : { ...side, sql: queue.shift() ?? side.sql },
    ) as [Typed, Typed]
    const parts = type.fields.map((_, at) => equal(fieldOf(a, at), fieldOf(b, at), depth))
    return `(${parts.join(' AND ')})`
  })
}

/** A field of a row, as it was written where the row is written in the statement. */
function fieldOf(row: Typed, at: number): Typed {
  const item = row.items?.[at]
  if (item) return item
  if (row.type.kind !== 'row') throw new Error('invariant: not a row')
  const field = row.type.fields[at] as (typeof row.type.fields)[number]
  const whole = typed(`(${row.sql}).${quoteIdentifier(fieldName(field, at))}`, field.type)
  return { ...whole, ...(row.finite && { finite: true }), ...(row.number && { number: true }) }
}

/**
 * Compares two values of one type by their order. No comparison with NaN holds. Arrays and rows that hold NULL fail,
 * as they do in Trino where it comes to the NULL.
 */
export function ordered(left: Typed, operator: Order, right: Typed): string {
  const { type } = left
  if (isNested(type)) return `(${orderable(left)} ${operator} ${orderable(right)})`
  const plain = (a: string, b: string) => `(${a} ${operator} ${b})`
  // DuckDB takes NaN for the largest number.
  const larger = operator === '<' || operator === '<=' ? right : left
  if (!isFloating(type) || !mayBeNan(larger)) return plain(left.sql, right.sql)
  return once([left.sql, right.sql], (a, b) => {
    const [nan, other] = larger === right ? [b, a] : [a, b]
    return `(${a} ${operator} ${b} AND (NOT isnan(${nan}) OR ${other} IS NULL))`
  })
}

export function isNested(type: SqlType): boolean {
  return type.kind === 'array' || type.kind === 'row'
}

/** SQL of a value that is put in an order: an array or row that holds NULL fails. */
export function orderable(value: Typed): string {
  if (!isNested(value.type)) return value.sql
  return once([value.sql], (one) =>
    failWhen(holdsNull(one, value.type), 'Arrays and rows that hold NULL have no order.', one),
  )
}

/** As `orderable`, for the largest or smallest of values: Trino leaves NaN out, but not within arrays and rows for sure. */
export function withoutNanWithin(value: Typed): string {
  if (!isNested(value.type)) return value.sql
  return once([value.sql], (one) => {
    const nan = mayBeNan(value) ? ` OR ${holdsNan(one, value.type)}` : ''
    return failWhen(
      `${holdsNull(one, value.type)}${nan}`,
      'Arrays and rows that hold NULL or NaN have no order.',
      one,
    )
  })
}

/** SQL of a double that fails when it is NaN; `taker` is what has no use for it. */
export function withoutNan(value: Typed, taker: string): string {
  if (!isFloating(value.type) || !mayBeNan(value)) return value.sql
  return once([value.sql], (one) => failWhen(`isnan(${one})`, `${taker} takes no NaN.`, one))
}

/** Condition that an array or a row holds NULL, at any depth; FALSE or NULL for NULL itself. */
export function holdsNull(sql: string, type: SqlType, depth = 0): string {
  if (type.kind === 'row') {
    const parts = type.fields.map((field, at) => {
      const part = `(${sql}).${quoteIdentifier(fieldName(field, at))}`
      const within = isNested(field.type) ? ` OR ${holdsNull(part, field.type, depth)}` : ''
      return `${part} IS NULL${within}`
    })
    return `(${sql} IS NOT NULL AND (${parts.join(' OR ')}))`
  }
  if (type.kind !== 'array') return 'FALSE'
  const item = `ocg_null${depth}`
  const within = isNested(type.item) ? ` OR ${holdsNull(item, type.item, depth + 1)}` : ''
  return `(len(list_filter(${sql}, lambda ${item}: ${item} IS NULL${within})) > 0)`
}

function holdsNan(sql: string, type: SqlType, depth = 0): string {
  if (isFloating(type)) return `isnan(${sql})`
  if (type.kind === 'row') {
    const parts = type.fields.map((field, at) =>
      holdsNan(`(${sql}).${quoteIdentifier(fieldName(field, at))}`, field.type, depth),
    )
    return `coalesce(${parts.join(' OR ')}, FALSE)`
  }
  if (type.kind !== 'array') return 'FALSE'
  const item = `ocg_nan${depth}`
  return `(len(list_filter(${sql}, lambda ${item}: ${holdsNan(item, type.item, depth + 1)})) > 0)`
}

/** Condition that a value equals something at all: Trino joins what a filter's IN looks for, and these rows find none. */
export function equalsSomething(value: Typed): string | undefined {
  if (value.items) {
    const parts = value.items.flatMap((item) =>
      isNested(item.type) ? equalsSomething(item) : [`${item.sql} IS NOT NULL`, ...notNan(item)],
    )
    return parts.filter(Boolean).join(' AND ')
  }
  if (!isNested(value.type)) return notNan(value)[0]
  const nan = mayBeNan(value) ? ` AND NOT ${holdsNan(value.sql, value.type)}` : ''
  return `NOT ${holdsNull(value.sql, value.type)}${nan}`
}

function notNan(value: Typed): string[] {
  return isFloating(value.type) && mayBeNan(value) ? [`NOT isnan(${value.sql})`] : []
}
