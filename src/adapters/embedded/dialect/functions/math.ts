import { arithmetic } from '../arithmetic.js'
import type { FunctionCall } from '../functionCall.js'
import {
  type FunctionRule,
  overloaded,
  type Rules,
  requireCount,
  scalar,
  signature,
} from '../functionRule.js'
import { asBigint, coerce, failWhen, type Typed, typed } from '../typed.js'
import {
  asDecimal,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  isFloating,
  isInteger,
  isNumeric,
  type SqlType,
  typeName,
  VARCHAR,
} from '../types.js'

function double(name: string, count = 1): FunctionRule {
  return overloaded(
    signature(
      Array.from({ length: count }, () => DOUBLE),
      DOUBLE,
      name,
    ),
  )
}

function constant(sql: string): FunctionRule {
  return overloaded(signature([], DOUBLE, () => sql))
}

function bits(sql: (a: string, b: string) => string): FunctionRule {
  return overloaded(signature([BIGINT, BIGINT], BIGINT, (a, b) => sql(a as string, b as string)))
}

/** A shift within the 32 bits of an integer or the 64 of a bigint. */
function shift(macro: string): FunctionRule {
  return overloaded(
    signature([INTEGER, BIGINT], INTEGER, (a, b) => `CAST(${macro}(${a}, ${b}, 32) AS INTEGER)`),
    signature([BIGINT, BIGINT], BIGINT, (a, b) => `CAST(${macro}(${a}, ${b}, 64) AS BIGINT)`),
  )
}

/** Trino takes NULL for a number of the smallest type. */
const NULL_NUMBER: Typed = { sql: 'CAST(NULL AS TINYINT)', type: { kind: 'tinyint' } }

function number(call: FunctionCall, at = 0): Typed {
  const value = call.arg(at)
  if (value.type.kind === 'unknown') return NULL_NUMBER
  if (isNumeric(value.type)) return value
  return call.fail(`Function ${call.name} takes a number, not ${typeName(value.type)}.`, at)
}

/** A whole number stays as it is; a decimal becomes one without a fraction. */
function toWhole(name: 'ceil' | 'floor'): FunctionRule {
  return scalar((call) => {
    requireCount(call, 1)
    const value = number(call)
    if (isInteger(value.type)) return value
    if (value.type.kind !== 'decimal') return typed(`${name}(${value.sql})`, value.type)
    const { precision, scale } = value.type
    const type = decimal(precision - scale + Math.min(scale, 1), 0)
    return typed(
      `CAST(${name}(${value.sql}) AS DECIMAL(${Math.max(1, precision - scale + Math.min(scale, 1))}, 0))`,
      type,
    )
  })
}

const abs = scalar((call) => {
  requireCount(call, 1)
  const value = number(call)
  return typed(`abs(${value.sql})`, value.type)
})

const sign = scalar((call) => {
  requireCount(call, 1)
  const value = number(call)
  if (isFloating(value.type)) return typed(`ocg_sign(${value.sql})`, value.type)
  const type: SqlType = value.type.kind === 'decimal' ? decimal(1, 0) : value.type
  const sql = `sign(${value.sql})`
  return typed(`CAST(${sql} AS ${type.kind === 'decimal' ? 'DECIMAL(1, 0)' : type.kind.toUpperCase()})`, type)
})

/** Rounds half away from zero. `round(x, d)` of a double keeps d digits, also to the left of the point. */
const round = scalar((call) => {
  requireCount(call, 1, 2)
  const value = number(call)
  const { type } = value
  if (call.count === 1) {
    if (isInteger(type)) return value
    if (type.kind !== 'decimal') return typed(`round(${value.sql})`, type)
    const result = decimal(Math.max(1, type.precision - type.scale + Math.min(1, type.scale)), 0)
    return typed(`CAST(${value.sql} AS DECIMAL(${precisionOf(result)}, 0))`, result)
  }
  const digits = call.as(1, INTEGER)
  if (isInteger(type))
    return typed(`CAST(ocg_round_whole(${asBigint(value)}, ${digits}) AS ${type.kind.toUpperCase()})`, type)
  if (type.kind !== 'decimal') return typed(`ocg_round(${value.sql}, ${digits})`, type)
  const result = decimal(type.precision + 1, type.scale)
  const known = call.integer(1, 'The number of digits')
  if (known < 0n) call.fail('The number of digits of a rounded decimal is at least 0.', 1)
  const scale = Math.min(Number(known), type.scale)
  const rounded = `CAST(${value.sql} AS DECIMAL(${Math.min(38, type.precision + 1)}, ${scale}))`
  return typed(`CAST(${rounded} AS DECIMAL(${precisionOf(result)}, ${type.scale}))`, result)
})

function precisionOf(type: SqlType): number {
  return type.kind === 'decimal' ? type.precision : 0
}

const truncate = scalar((call) => {
  requireCount(call, 1, 2)
  if (call.count === 1 && call.arg(0).type.kind === 'unknown') {
    return typed('CAST(NULL AS DECIMAL(1, 0))', decimal(1, 0))
  }
  const value = number(call)
  const { type } = value
  if (call.count === 1) {
    // Trino has it for doubles and decimals, and takes whole numbers for the latter.
    if (isInteger(type)) return typed(coerce(value, asDecimal(type)), asDecimal(type))
    if (type.kind !== 'decimal') return typed(`trunc(${value.sql})`, type)
    const result = decimal(Math.max(1, type.precision - type.scale), 0)
    return typed(`CAST(trunc(${value.sql}) AS DECIMAL(${precisionOf(result)}, 0))`, result)
  }
  if (type.kind !== 'decimal') return call.fail('truncate with a number of digits takes a decimal.', 0)
  const known = call.integer(1, 'The number of digits')
  if (known < 0n) call.fail('The number of digits of a truncated decimal is at least 0.', 1)
  if (Number(known) >= type.scale) return value
  const step = `CAST('1${known === 0n ? '' : `e-${known}`}' AS DECIMAL(38, ${type.scale}))`
  const sql = `(${value.sql} - (${value.sql} % ${step}))`
  return typed(`CAST(${sql} AS DECIMAL(${type.precision}, ${type.scale}))`, type)
})

const mod = scalar((call) => {
  requireCount(call, 2)
  return arithmetic('%', number(call, 0), number(call, 1), call.span)
})

/** A number from 0 to 1, below a bound, or between two; another one for each row. */
const random = scalar((call) => {
  requireCount(call, 0, 2)
  if (call.count === 0) return typed('random()', DOUBLE)
  const types = Array.from({ length: call.count }, (_, at) => number(call, at).type)
  const type = types.every((one) => isInteger(one) && one.kind !== 'bigint') ? INTEGER : BIGINT
  const bounds = types.map((_, at) => call.as(at, BIGINT))
  const [low, high] = call.count === 1 ? ['0', bounds[0] as string] : (bounds as [string, string])
  return typed(`CAST(floor(random() * (${high} - ${low})) + ${low} AS ${type.kind.toUpperCase()})`, type)
})

const widthBucket = overloaded(signature([DOUBLE, DOUBLE, DOUBLE, BIGINT], BIGINT, 'ocg_width_bucket'))

const logarithm = overloaded(
  signature([DOUBLE, DOUBLE], DOUBLE, (base, value) => `(ocg_ln(${value}) / ocg_ln(${base}))`),
)

function check(sql: (value: string) => string): FunctionRule {
  return overloaded(signature([DOUBLE], BOOLEAN, (value) => sql(value as string)))
}

const power = overloaded(signature([DOUBLE, DOUBLE], DOUBLE, 'ocg_pow'))

export const mathRules: Rules = {
  abs,
  acos: double('ocg_acos'),
  asin: double('ocg_asin'),
  atan: double('atan'),
  atan2: double('atan2', 2),
  bit_count: overloaded(
    signature([BIGINT, BIGINT], BIGINT, (value, size) =>
      failWhen(`${size} <> 64`, 'bit_count counts 64 bits only.', `CAST(bit_count(${value}) AS BIGINT)`),
    ),
  ),
  bitwise_and: bits((a, b) => `(${a} & ${b})`),
  bitwise_left_shift: shift('ocg_left_shift'),
  bitwise_not: overloaded(signature([BIGINT], BIGINT, (a) => `(~${a})`)),
  bitwise_or: bits((a, b) => `(${a} | ${b})`),
  bitwise_right_shift: shift('ocg_right_shift'),
  bitwise_xor: bits((a, b) => `xor(${a}, ${b})`),
  cbrt: double('ocg_cbrt'),
  ceil: toWhole('ceil'),
  ceiling: toWhole('ceil'),
  cos: double('cos'),
  cosh: double('cosh'),
  degrees: double('degrees'),
  e: constant('exp(1::DOUBLE)'),
  exp: double('exp'),
  floor: toWhole('floor'),
  from_base: overloaded(signature([VARCHAR, BIGINT], BIGINT, 'ocg_from_base')),
  infinity: constant("CAST('Infinity' AS DOUBLE)"),
  is_finite: check((value) => `isfinite(${value})`),
  is_infinite: check((value) => `isinf(${value})`),
  is_nan: check((value) => `isnan(${value})`),
  ln: double('ocg_ln'),
  log: logarithm,
  log10: double('ocg_log10'),
  log2: double('ocg_log2'),
  mod,
  nan: constant("CAST('NaN' AS DOUBLE)"),
  pi: constant('pi()'),
  pow: power,
  power,
  radians: double('radians'),
  rand: random,
  random,
  round,
  sign,
  sin: double('sin'),
  sinh: double('sinh'),
  sqrt: double('ocg_sqrt'),
  tan: double('tan'),
  tanh: double('tanh'),
  to_base: overloaded(signature([BIGINT, BIGINT], VARCHAR, 'ocg_to_base')),
  truncate,
  width_bucket: widthBucket,
}
