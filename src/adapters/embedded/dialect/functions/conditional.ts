import { equal, withoutNanWithin } from '../equality.js'
import type { FunctionCall } from '../functionCall.js'
import { type FunctionRule, type Rules, requireCount, scalar } from '../functionRule.js'
import { coerce, coerced, commonTypeOf, knownOf, mayBeNan, type Typed, typed } from '../typed.js'
import { BOOLEAN, isComparable, isFloating, isOrderable, type SqlType, typeName } from '../types.js'

function common(call: FunctionCall, values: readonly Typed[]): SqlType {
  const type = commonTypeOf(values)
  if (type) return type
  const names = [...new Set(values.map((value) => typeName(value.type)))].join(', ')
  return call.fail(`The arguments of ${call.name} have different types: ${names}.`)
}

/** Trino gives NULL when any argument is NULL, where DuckDB leaves NULLs out. */
function extreme(name: string): FunctionRule {
  return scalar((call) => {
    requireCount(call, 1, 100)
    const values = call.args()
    const type = common(call, values)
    if (!isOrderable(type)) call.fail(`Values of type ${typeName(type)} have no order.`)
    const args = values
      .map((value) => coerced(value, type))
      .map((value) => ({ ...value, sql: withoutNanWithin(value) }))
    const anyNull = args.map((arg) => `${arg.sql} IS NULL`).join(' OR ')
    const found = `${name}(${args.map((arg) => arg.sql).join(', ')})`
    // DuckDB takes NaN for the largest number, Trino for none where there is another.
    const nan = name === 'greatest' && isFloating(type) && args.some(mayBeNan)
    const numbers = args.map((arg) => (mayBeNan(arg) ? `ocg_number(${arg.sql})` : arg.sql)).join(', ')
    const result = nan ? `coalesce(${name}(${numbers}), ${found})` : found
    return { ...typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${result} END`, type), ...knownOf(values) }
  })
}

const coalesce = scalar((call) => {
  requireCount(call, 2, 1000)
  const values = call.args()
  const type = common(call, values)
  const sql = `coalesce(${values.map((value) => coerce(value, type)).join(', ')})`
  return { ...typed(sql, type), ...knownOf(values) }
})

const conditional = scalar((call) => {
  requireCount(call, 2, 3)
  const values = call.count === 3 ? [call.arg(1), call.arg(2)] : [call.arg(1)]
  const type = common(call, values)
  const [yes, no = 'NULL'] = values.map((value) => coerce(value, type))
  return { ...typed(`CASE WHEN ${call.as(0, BOOLEAN)} THEN ${yes} ELSE ${no} END`, type), ...knownOf(values) }
})

const nullif = scalar((call) => {
  requireCount(call, 2)
  const values = [call.arg(0), call.arg(1)]
  const type = common(call, values)
  if (!isComparable(type)) call.fail(`Values of type ${typeName(type)} can't be compared.`)
  const [left, right] = values.map((value) => coerced(value, type)) as [Typed, Typed]
  const first = values[0] as Typed
  const sql = `CASE WHEN ${equal(left, right)} THEN NULL ELSE ${first.sql} END`
  return { ...typed(sql, first.type), ...knownOf([first]) }
})

const attempt = scalar((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  return typed(`TRY(${value.sql})`, value.type)
})

export const conditionalRules: Rules = {
  coalesce,
  greatest: extreme('greatest'),
  if: conditional,
  least: extreme('least'),
  nullif,
  try: attempt,
}
