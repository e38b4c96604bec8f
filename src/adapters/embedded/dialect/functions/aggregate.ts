import { divideDecimals } from '../arithmetic.js'
import { isNested, withoutNan, withoutNanWithin } from '../equality.js'
import type { FunctionCall } from '../functionCall.js'
import { type FunctionRule, type Rules, requireCount } from '../functionRule.js'
import { asBigint, coerce, coerced, failWhen, knownOf, mayBeNan, type Typed, typed } from '../typed.js'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  isComparable,
  isFloating,
  isInteger,
  isNumeric,
  isOrderable,
  type SqlType,
  typeName,
  VARCHAR,
} from '../types.js'

const REAL: SqlType = { kind: 'real' }

function aggregate(translate: (call: FunctionCall) => Typed): FunctionRule {
  return { kind: 'aggregate', translate }
}

/** An aggregate of doubles that is a double. */
function ofDoubles(name: string, count: number): FunctionRule {
  return aggregate((call) => {
    requireCount(call, count)
    const args = Array.from({ length: count }, (_, at) => call.as(at, DOUBLE))
    return typed(call.apply(name, args), DOUBLE)
  })
}

/** An aggregate of two numbers: a double when one of them is, else a real, as Trino chooses. */
function ofPairs(name: string): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 2)
    const values = [call.arg(0), call.arg(1)]
    const double = values.some((value) => value.type.kind === 'double')
    const args = double
      ? [call.as(0, DOUBLE), call.as(1, DOUBLE)]
      : values.map((_, at) => `CAST(${call.as(at, REAL)} AS DOUBLE)`)
    const found = call.apply(name, args)
    // Where DuckDB gives NaN, as for values that don't vary, Trino gives NULL.
    const result = `CASE WHEN isfinite(${found}) THEN ${found} END`
    return double ? typed(result, DOUBLE) : typed(`CAST(${result} AS FLOAT)`, REAL)
  })
}

/** Of the population: DuckDB's is of a sample. */
const skewness: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  const value = call.as(0, DOUBLE)
  const count = call.apply('count', [value])
  const correction = `(${count} - 2) / sqrt(CAST(${count} AS DOUBLE) * (${count} - 1))`
  return typed(`(${call.apply('skewness', [value])} * ${correction})`, DOUBLE)
})

/** An aggregate that gives one of its argument's values. */
function ofOrdered(name: string): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 1)
    const value = call.arg(0)
    requireOrder(call, value, 0)
    if (isNested(value.type)) return typed(call.apply(name, [withoutNanWithin(value)]), value.type)
    const found = call.apply(name, [concrete(value)])
    // DuckDB takes NaN for the largest number, Trino for none where there is another.
    const nan = name === 'max' && isFloating(value.type) && mayBeNan(value)
    const sql = nan ? `coalesce(${call.apply(name, [`ocg_number(${value.sql})`])}, ${found})` : found
    return { ...typed(sql, value.type), ...knownOf([value]) }
  })
}

function ofBooleans(name: string): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 1)
    return typed(call.apply(name, [call.as(0, BOOLEAN)]), BOOLEAN)
  })
}

function ofBits(name: string): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 1)
    return typed(call.apply(name, [call.as(0, BIGINT)]), BIGINT)
  })
}

function anyValue(): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 1)
    const value = call.arg(0)
    return typed(call.apply('any_value', [concrete(value)]), value.type)
  })
}

/** `max_by(value, by)`: rows whose `by` is null don't count; the value may be null. */
function byOrder(name: string): FunctionRule {
  return aggregate((call) => {
    requireCount(call, 2, 3)
    const [value, by] = [call.arg(0), call.arg(1)]
    requireOrder(call, by, 1)
    if (call.distinct) call.fail(`DISTINCT does not go with ${call.name} here.`)
    // A pair keeps the row together, so that a null value is a value as any other.
    const pair = `CASE WHEN ${by.sql} IS NULL THEN NULL ELSE struct_pack(v := ${concrete(value)}) END`
    const key = withoutNanWithin(by)
    const nan = isFloating(by.type) && mayBeNan(by)
    if (call.count === 2) {
      const found = call.apply(name, [pair, key])
      const best =
        name === 'arg_max' && nan
          ? `coalesce(${call.apply(name, [pair, `ocg_number(${key})`])}, ${found})`
          : found
      return typed(`(${best}).v`, value.type)
    }
    const count = call.as(2, BIGINT)
    const list = call.apply(name, [pair, nan ? withoutNan(by, call.name) : key, count])
    return typed(`list_transform(${list}, lambda ocg_pair: ocg_pair.v)`, arrayOf(value.type))
  })
}

function concrete(value: Typed): string {
  return value.type.kind === 'unknown' ? 'CAST(NULL AS INTEGER)' : value.sql
}

function requireOrder(call: FunctionCall, value: Typed, at: number): void {
  if (!isOrderable(value.type)) call.fail(`Values of type ${typeName(value.type)} have no order.`, at)
}

function requireNumber(call: FunctionCall, value: Typed): void {
  if (!isNumeric(value.type))
    call.fail(`Function ${call.name} takes numbers, not ${typeName(value.type)}.`, 0)
}

/** DuckDB adds up reals as doubles. */
function ofKind(type: SqlType, sql: string): string {
  return type.kind === 'real' ? `CAST(${sql} AS FLOAT)` : sql
}

/** A sum that fails beyond the 38 digits of a decimal, which DuckDB's 128 bits go a little beyond. */
function withinDigits(sum: string, scale: number): string {
  const most = `CAST('${'9'.repeat(38 - scale)}.${'9'.repeat(scale)}' AS DECIMAL(38, ${scale}))`
  return failWhen(`abs(${sum}) > ${most}`, 'A sum of decimals has more than 38 digits.', sum)
}

const sum: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  const { type } = value
  if (type.kind === 'intervalDay' || type.kind === 'intervalYear') {
    return typed(call.apply('sum', [value.sql]), type)
  }
  requireNumber(call, value)
  if (isInteger(type)) return typed(`CAST(${call.apply('sum', [value.sql])} AS BIGINT)`, BIGINT)
  if (type.kind === 'decimal') {
    const total = `CAST(${call.apply('sum', [value.sql])} AS DECIMAL(38, ${type.scale}))`
    return typed(type.precision > 18 ? withinDigits(total, type.scale) : total, decimal(38, type.scale))
  }
  const number = knownOf([value]).finite && { number: true }
  return { ...typed(ofKind(type, call.apply('sum', [value.sql])), type), ...number }
})

const avg: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  requireNumber(call, value)
  if (value.type.kind !== 'decimal') {
    const type = value.type.kind === 'real' ? value.type : DOUBLE
    const number = knownOf([value]).finite && { number: true }
    return { ...typed(ofKind(type, call.apply('avg', [value.sql])), type), ...number }
  }
  const { scale } = value.type
  const total = {
    sql: `CAST(${call.apply('sum', [value.sql])} AS DECIMAL(38, ${scale}))`,
    type: decimal(38, scale),
  }
  const count = { sql: call.apply('count', [value.sql]), type: decimal(19, 0) }
  type Decimal = Extract<SqlType, { kind: 'decimal' }>
  const quotient = divideDecimals(
    { sql: total.sql, type: total.type as Decimal },
    { sql: count.sql, type: count.type as Decimal },
    value.type,
  )
  return typed(`CASE WHEN ${count.sql} = 0 THEN NULL ELSE ${quotient} END`, value.type)
})

const count: FunctionRule = aggregate((call) => {
  if (call.star || call.count === 0) return typed(call.apply('count', ['*']), BIGINT)
  requireCount(call, 1)
  return typed(call.apply('count', [concrete(call.arg(0))]), BIGINT)
})

/** Exact, which lies within the error that Trino allows itself. */
const approxDistinct: FunctionRule = aggregate((call) => {
  requireCount(call, 1, 2)
  const value = call.arg(0)
  if (!isComparable(value.type)) call.fail(`Values of type ${typeName(value.type)} can't be compared.`, 0)
  return typed(call.apply('count', [concrete(value)], true), BIGINT)
})

/** The value at the place `floor(p * count)` of the sorted values, which is what Trino gives while they are few. */
const approxPercentile: FunctionRule = aggregate((call) => {
  requireCount(call, 2)
  const value = call.arg(0)
  requireNumber(call, value)
  const whole = isInteger(value.type)
  const type = whole ? BIGINT : value.type.kind === 'double' ? DOUBLE : REAL
  const sql = whole ? asBigint(value) : withoutNan(coerced(value, type), 'approx_percentile')
  const at = call.arg(1)
  // DuckDB takes the place ceil(p * count) - 1, which is another one where p * count is whole.
  const place = (p: string) => `least(${p} + 1e-12, 1)`
  if (at.type.kind === 'array') {
    const list = `list_transform(${coerce(at, arrayOf(DOUBLE))}, lambda ocg_item: ${place('ocg_item')})`
    return typed(call.apply('quantile_disc', [sql, list]), arrayOf(type))
  }
  return typed(call.apply('quantile_disc', [sql, place(call.as(1, DOUBLE))]), type)
})

const listagg: FunctionRule = aggregate((call) => {
  requireCount(call, 1, 2)
  const separator = call.count === 2 ? call.as(1, VARCHAR) : "''"
  return typed(call.apply('string_agg', [call.as(0, VARCHAR), separator]), VARCHAR)
})

const arrayAgg: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  return typed(call.apply('list', [concrete(value)]), arrayOf(value.type))
})

const countIf: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  return typed(`CAST(${call.apply('count_if', [call.as(0, BOOLEAN)])} AS BIGINT)`, BIGINT)
})

/** The first value of each key, as the map's order in which keys are met; null keys don't count. */
const mapAgg: FunctionRule = aggregate((call) => {
  requireCount(call, 2)
  const [key, value] = [call.arg(0), call.arg(1)]
  if (!isComparable(key.type)) call.fail(`Values of type ${typeName(key.type)} can't be keys of a map.`, 0)
  const pairs = call.apply('list', [
    `CASE WHEN ${concrete(key)} IS NULL THEN NULL ELSE struct_pack(k := ${concrete(key)}, v := ${concrete(value)}) END`,
  ])
  return typed(`ocg_pairs_to_map(${pairs})`, { kind: 'map', key: key.type, value: value.type })
})

const multimapAgg: FunctionRule = aggregate((call) => {
  requireCount(call, 2)
  const [key, value] = [call.arg(0), call.arg(1)]
  if (!isComparable(key.type)) call.fail(`Values of type ${typeName(key.type)} can't be keys of a map.`, 0)
  const pairs = call.apply('list', [
    `CASE WHEN ${concrete(key)} IS NULL THEN NULL ELSE struct_pack(k := ${concrete(key)}, v := ${concrete(value)}) END`,
  ])
  return typed(`ocg_pairs_to_multimap(${pairs})`, { kind: 'map', key: key.type, value: arrayOf(value.type) })
})

const histogram: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  if (!isComparable(value.type)) call.fail(`Values of type ${typeName(value.type)} can't be compared.`, 0)
  const map = call.apply('histogram', [
    isFloating(value.type) ? withoutNan(value, 'histogram') : concrete(value),
  ])
  const counted = `map_from_entries(list_transform(map_entries(${map}), lambda ocg_entry: struct_pack(k := ocg_entry.key, v := CAST(ocg_entry.value AS BIGINT))))`
  return typed(counted, { kind: 'map', key: value.type, value: BIGINT })
})

const geometricMean: FunctionRule = aggregate((call) => {
  requireCount(call, 1)
  return typed(`exp(${call.apply('avg', [`ocg_ln(${call.as(0, DOUBLE)})`])})`, DOUBLE)
})

const grouping: FunctionRule = {
  kind: 'scalar',
  translate: (call) => {
    requireCount(call, 1, 32)
    const columns = call.args().map((arg) => arg.sql)
    return typed(`CAST(grouping(${columns.join(', ')}) AS INTEGER)`, { kind: 'integer' })
  },
}

export const aggregateRules: Rules = {
  any_value: anyValue(),
  arbitrary: anyValue(),
  approx_distinct: approxDistinct,
  approx_percentile: approxPercentile,
  array_agg: arrayAgg,
  avg,
  bitwise_and_agg: ofBits('bit_and'),
  bitwise_or_agg: ofBits('bit_or'),
  bool_and: ofBooleans('bool_and'),
  bool_or: ofBooleans('bool_or'),
  corr: ofPairs('corr'),
  count,
  count_if: countIf,
  covar_pop: ofPairs('covar_pop'),
  covar_samp: ofPairs('covar_samp'),
  every: ofBooleans('bool_and'),
  geometric_mean: geometricMean,
  grouping,
  histogram,
  kurtosis: ofDoubles('kurtosis', 1),
  listagg,
  map_agg: mapAgg,
  max: ofOrdered('max'),
  max_by: byOrder('arg_max'),
  min: ofOrdered('min'),
  min_by: byOrder('arg_min'),
  multimap_agg: multimapAgg,
  regr_intercept: ofPairs('regr_intercept'),
  regr_slope: ofPairs('regr_slope'),
  skewness,
  stddev: ofDoubles('stddev_samp', 1),
  stddev_pop: ofDoubles('stddev_pop', 1),
  stddev_samp: ofDoubles('stddev_samp', 1),
  sum,
  var_pop: ofDoubles('var_pop', 1),
  var_samp: ofDoubles('var_samp', 1),
  variance: ofDoubles('var_samp', 1),
}
