import type { BinaryOperator, Span } from '../../../trino/ast.js'
import { TranslateError } from './translateError.js'
import { coerce, failWhen, knownOf, once, type Typed, typed } from './typed.js'
import {
  asDecimal,
  commonType,
  decimal,
  fractionDigits,
  isFloating,
  isInteger,
  isNumeric,
  type SqlType,
  typeName,
} from './types.js'

/** `left operator right` with Trino's types: whole numbers divide to whole numbers, decimals stay decimals. */
export function arithmetic(operator: BinaryOperator, left: Typed, right: Typed, span: Span): Typed {
  const type = commonType(left.type, right.type)
  if (type && isNumeric(type)) return numeric(operator, left, right, type)
  const moved = timeArithmetic(operator, left, right, span)
  if (moved) return moved
  if (type?.kind === 'unknown') {
    // Of Trino's operators this one alone has a meaning for two of them.
    if (operator === '%') return typed('CAST(NULL AS TINYINT)', { kind: 'tinyint' })
    throw new TranslateError(`NULL ${operator} NULL has no type: CAST one of them.`, span)
  }
  const names = `${typeName(left.type)} ${operator} ${typeName(right.type)}`
  throw new TranslateError(`${names} has no meaning.`, span)
}

/** The value with its sign changed, or as it is. */
export function negate(value: Typed, negative: boolean, span: Span): Typed {
  const { type } = value
  if (!isNumeric(type) && type.kind !== 'intervalDay' && type.kind !== 'intervalYear') {
    throw new TranslateError(`A value of type ${typeName(type)} has no sign.`, span)
  }
  if (!negative) return value
  if (value.integer !== undefined && value.integer > -2147483648n) {
    const integer = -value.integer
    return { sql: `(${integer})`, type, integer }
  }
  return { ...typed(`(-${value.sql})`, type), ...knownOf([value]) }
}

function numeric(operator: BinaryOperator, left: Typed, right: Typed, type: SqlType): Typed {
  if (isFloating(type)) {
    const [a, b] = [coerce(left, type), coerce(right, type)]
    if (operator === '%') return typed(`fmod(${a}, ${b})`, type)
    const known = knownOf([left, right]).finite && (operator !== '/' || (right.integer ?? 0n) !== 0n)
    return { ...typed(`(${a} ${operator} ${b})`, type), ...(known && { number: true }) }
  }
  if (isInteger(type)) return whole(operator, left, right, type)
  return decimals(operator, left, right)
}

function whole(operator: BinaryOperator, left: Typed, right: Typed, type: SqlType): Typed {
  // Two bare numbers would take whatever width DuckDB finds for them.
  const literal = left.integer !== undefined && right.integer !== undefined
  const a =
    literal || left.integer !== undefined
      ? `CAST(${left.sql} AS ${type.kind.toUpperCase()})`
      : coerce(left, type)
  const b = right.integer !== undefined ? right.sql : coerce(right, type)
  if (operator === '/')
    return typed(
      byNonZero(a, right, b, (x, y) => `(${x} // ${y})`),
      type,
    )
  if (operator === '%') return typed(byNonZero(a, right, b, remainder), type)
  return typed(`(${a} ${operator} ${b})`, type)
}

/** The smallest number has no remainder by -1 in DuckDB. */
function remainder(dividend: string, divisor: string): string {
  return /^\d+$/.test(divisor)
    ? `(${dividend} % ${divisor})`
    : `CASE WHEN ${divisor} = -1 THEN ${dividend} - ${dividend} ELSE (${dividend} % ${divisor}) END`
}

/** Trino fails on a division by zero of exact numbers, where DuckDB gives NULL. */
function byNonZero(
  dividend: string,
  divisor: Typed,
  sql: string,
  quotient: (dividend: string, divisor: string) => string,
): string {
  return once([dividend, sql], (a, b) => {
    if (divisor.integer !== undefined && divisor.integer !== 0n) return quotient(a, b)
    return failWhen(divisionByZero(a, b), 'Division by zero.', quotient(a, b))
  })
}

function divisionByZero(dividend: string, divisor: string): string {
  return `${divisor} = 0 AND ${dividend} IS NOT NULL`
}

type Decimal = Extract<SqlType, { kind: 'decimal' }>

/** Result types of Trino's decimal arithmetic. */
function decimals(operator: BinaryOperator, left: Typed, right: Typed): Typed {
  const a = asDecimal(left.type.kind === 'unknown' ? right.type : left.type) as Decimal
  const b = asDecimal(right.type.kind === 'unknown' ? left.type : right.type) as Decimal
  const [x, y] = [coerce(left, a), coerce(right, b)]
  const scale = Math.max(a.scale, b.scale)
  const wholes = [a.precision - a.scale, b.precision - b.scale] as const
  switch (operator) {
    case '+':
    case '-': {
      const type = decimal(1 + scale + Math.max(...wholes), scale) as Decimal
      // DuckDB would widen the sum by one more digit.
      const sum = `(${coerce(left, type)} ${operator} ${coerce(right, type)})`
      return typed(`CAST(${sum} AS DECIMAL(${type.precision}, ${type.scale}))`, type)
    }
    case '*': {
      const type = decimal(a.precision + b.precision, a.scale + b.scale) as Decimal
      const small = Math.max(a.precision, b.precision) <= 18
      if (!small || a.precision + b.precision <= 18) return typed(`(${x} * ${y})`, type)
      // DuckDB would keep a product of small decimals within 18 digits, and fail where it does not fit.
      const product = `(${coerce(left, decimal(19, a.scale))} * ${y})`
      return typed(`CAST(${product} AS DECIMAL(${type.precision}, ${type.scale}))`, type)
    }
    case '/': {
      const type = decimal(a.precision + b.scale + Math.max(0, b.scale - a.scale), scale) as Decimal
      const sql = once([x, y], (p, q) => {
        const quotient = divideDecimals({ sql: p, type: a }, { sql: q, type: b }, type)
        return failWhen(divisionByZero(p, q), 'Division by zero.', quotient)
      })
      return typed(sql, type)
    }
    case '%': {
      const type = decimal(Math.min(...wholes) + scale, scale) as Decimal
      const operands = decimal(Math.max(...wholes) + scale, scale)
      const sql = once([coerce(left, operands), coerce(right, operands)], (p, q) =>
        failWhen(
          divisionByZero(p, q),
          'Division by zero.',
          `CAST((${p} % ${q}) AS DECIMAL(${type.precision}, ${type.scale}))`,
        ),
      )
      return typed(sql, type)
    }
  }
}

/** A quotient of decimals, exact and rounded half up: both sides become whole numbers of 128 bits. */
export function divideDecimals(
  dividend: { readonly sql: string; readonly type: Decimal },
  divisor: { readonly sql: string; readonly type: Decimal },
  result: Decimal,
): string {
  const shift = result.scale - dividend.type.scale + divisor.type.scale
  const a = unscaled(dividend.sql, dividend.type.scale + Math.max(0, shift))
  const b = unscaled(divisor.sql, divisor.type.scale + Math.max(0, -shift))
  const quotient = `ocg_divide_half_up(${a}, ${b})`
  return scaled(quotient, result)
}

/** `value * 10^digits` as a HUGEINT. */
function unscaled(sql: string, digits: number): string {
  return digits === 0
    ? `CAST(${sql} AS HUGEINT)`
    : `CAST(${sql} * CAST(1${'0'.repeat(digits)} AS DECIMAL(${digits + 1}, 0)) AS HUGEINT)`
}

/** A HUGEINT over `10^scale` as a decimal. */
function scaled(sql: string, type: Decimal): string {
  const { precision, scale } = type
  if (scale === 0) return `CAST(${sql} AS DECIMAL(${precision}, 0))`
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale}, ${scale}))`
  return `CAST(CAST(${sql} AS DECIMAL(${38 - scale}, 0)) * ${unit} AS DECIMAL(${precision}, ${scale}))`
}

function timeArithmetic(operator: BinaryOperator, left: Typed, right: Typed, span: Span): Typed | undefined {
  const [a, b] = [left.type.kind, right.type.kind]
  const isInterval = (kind: string) => kind === 'intervalDay' || kind === 'intervalYear'
  if (isInterval(a) && isInterval(b)) {
    if (a !== b || (operator !== '+' && operator !== '-')) return undefined
    return typed(`(${left.sql} ${operator} ${right.sql})`, left.type)
  }
  if (isInterval(a) && operator === '+') return shift(right, '+', left, span)
  if (isInterval(b) && (operator === '+' || operator === '-')) return shift(left, operator, right, span)
  if (isInterval(a) && isNumeric(right.type) && (operator === '*' || operator === '/')) {
    return scaleInterval(left, operator, right)
  }
  if (isInterval(b) && isNumeric(left.type) && operator === '*') return scaleInterval(right, '*', left)
  if (operator !== '-') return undefined
  if (a === 'date' && b === 'date')
    return typed(`to_days(${left.sql} - ${right.sql})`, { kind: 'intervalDay' })
  const times = ['date', 'timestamp', 'timestampTz']
  if (!times.includes(a) || !times.includes(b)) return undefined
  const type = commonType(left.type, right.type) as SqlType
  return typed(`(${coerce(left, type)} - ${coerce(right, type)})`, { kind: 'intervalDay' })
}

/** A time moved by an interval. A date stays a date: Trino refuses to add hours to it. */
function shift(time: Typed, operator: '+' | '-', by: Typed, span: Span): Typed | undefined {
  const { kind } = time.type
  if (kind === 'date') {
    if (by.wholeDays === false) {
      throw new TranslateError(
        'Hours, minutes and seconds can not be added to a date: CAST it to timestamp.',
        span,
      )
    }
    return typed(`CAST((${time.sql} ${operator} ${by.sql}) AS DATE)`, time.type)
  }
  if (time.type.kind === 'timestamp') {
    // An interval of days holds milliseconds.
    const least = by.type.kind === 'intervalDay' ? 3 : 0
    const precision = Math.max(least, time.type.precision)
    return typed(`(${time.sql} ${operator} ${by.sql})`, { kind: 'timestamp', precision })
  }
  if (kind !== 'timestampTz') return undefined
  const zone = time.zone === undefined ? {} : { zone: time.zone }
  if (by.type.kind === 'intervalDay' || time.zone === undefined) {
    const least = by.type.kind === 'intervalDay' ? 3 : 0
    const type: SqlType = { kind: 'timestampTz', precision: Math.max(least, fractionDigits(time.type)) }
    return { sql: `(${time.sql} ${operator} ${by.sql})`, type, ...zone }
  }
  // Months are counted in the zone that the time is shown in.
  const local = `(timezone(${time.zone}, ${time.sql}) ${operator} ${by.sql})`
  return { sql: `timezone(${time.zone}, ${local})`, type: time.type, ...zone }
}

function scaleInterval(interval: Typed, operator: '*' | '/', by: Typed): Typed {
  const factor =
    operator === '*' ? coerce(by, { kind: 'double' }) : `(1.0::DOUBLE / ${coerce(by, { kind: 'double' })})`
  const macro = interval.type.kind === 'intervalDay' ? 'ocg_scale_days' : 'ocg_scale_months'
  return typed(`${macro}(${interval.sql}, ${factor})`, interval.type)
}
