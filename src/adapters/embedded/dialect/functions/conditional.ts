import type { FunctionCall } from '../functionCall.js'
import { type FunctionRule, type Rules, requireCount, scalar } from '../functionRule.js'
import { coerce, commonTypeOf, type Typed, typed } from '../typed.js'
import { BOOLEAN, isComparable, isOrderable, type SqlType, typeName } from '../types.js'

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
    const args = values.map((value) => coerce(value, type))
    const anyNull = args.map((arg) => `${arg} IS NULL`).join(' OR ')
    return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${args.join(', ')}) END`, type)
  })
}

const coalesce = scalar((call) => {
  requireCount(call, 2, 1000)
  const values = call.args()
  const type = common(call, values)
  return typed(`coalesce(${values.map((value) => coerce(value, type)).join(', ')})`, type)
})

const conditional = scalar((call) => {
  requireCount(call, 2, 3)
  const values = call.count === 3 ? [call.arg(1), call.arg(2)] : [call.arg(1)]
  const type = common(call, values)
  const [yes, no = 'NULL'] = values.map((value) => coerce(value, type))
  return typed(`CASE WHEN ${call.as(0, BOOLEAN)} THEN ${yes} ELSE ${no} END`, type)
})

const nullif = scalar((call) => {
  requireCount(call, 2)
  const values = [call.arg(0), call.arg(1)]
  const type = common(call, values)
  if (!isComparable(type)) call.fail(`Values of type ${typeName(type)} can't be compared.`)
  const [left, right] = values.map((value) => coerce(value, type))
  const first = values[0] as Typed
  return typed(`CASE WHEN ${left} = ${right} THEN NULL ELSE ${first.sql} END`, first.type)
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
