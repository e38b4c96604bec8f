import { type FunctionRule, type Rules, requireCount } from '../functionRule.js'
import { coerce, commonTypeOf, typed } from '../typed.js'
import { BIGINT, DOUBLE, type SqlType } from '../types.js'

function ranking(name: string, result: SqlType): FunctionRule {
  return {
    kind: 'window',
    translate: (call) => {
      requireCount(call, 0)
      return typed(call.apply(name, []), result)
    },
  }
}

function ofValue(name: string): FunctionRule {
  return {
    kind: 'window',
    takesNulls: true,
    translate: (call) => {
      requireCount(call, 1)
      const value = call.arg(0)
      return typed(call.apply(name, [value.sql]), value.type)
    },
  }
}

/** `lag(value, offset, default)`. */
function shifted(name: string): FunctionRule {
  return {
    kind: 'window',
    takesNulls: true,
    translate: (call) => {
      requireCount(call, 1, 3)
      const value = call.arg(0)
      const args = [value.sql]
      if (call.count > 1) args.push(call.as(1, BIGINT))
      if (call.count < 3) return typed(call.apply(name, args), value.type)
      const otherwise = call.arg(2)
      const type = commonTypeOf([value, otherwise])
      if (!type) return call.fail(`The default of ${name} has another type than the value.`, 2)
      return typed(call.apply(name, [coerce(value, type), args[1] as string, coerce(otherwise, type)]), type)
    },
  }
}

const nthValue: FunctionRule = {
  kind: 'window',
  takesNulls: true,
  translate: (call) => {
    requireCount(call, 2)
    const value = call.arg(0)
    return typed(call.apply('nth_value', [value.sql, call.as(1, BIGINT)]), value.type)
  },
}

const ntile: FunctionRule = {
  kind: 'window',
  translate: (call) => {
    requireCount(call, 1)
    return typed(call.apply('ntile', [call.as(0, BIGINT)]), BIGINT)
  },
}

export const windowRules: Rules = {
  cume_dist: ranking('cume_dist', DOUBLE),
  dense_rank: ranking('dense_rank', BIGINT),
  first_value: ofValue('first_value'),
  lag: shifted('lag'),
  last_value: ofValue('last_value'),
  lead: shifted('lead'),
  nth_value: nthValue,
  ntile,
  percent_rank: ranking('percent_rank', DOUBLE),
  rank: ranking('rank', BIGINT),
  row_number: ranking('row_number', BIGINT),
}
