import type { FunctionCall } from './functionCall.js'
import { coerce, type Typed, typed } from './typed.js'
import { canCoerce, type SqlType, sameType, typeName } from './types.js'

/** How one of Trino's functions becomes DuckDB's SQL. */
export interface FunctionRule {
  /** An aggregate can also be a window function; `window` is nothing else. */
  readonly kind: 'scalar' | 'aggregate' | 'window'
  /** Whether IGNORE NULLS and RESPECT NULLS go with it. */
  readonly takesNulls?: boolean
  translate(call: FunctionCall): Typed
}

export type Rules = Readonly<Record<string, FunctionRule>>

/** One way to call a function: parameter types, result type, and the SQL made of the arguments' SQL. */
export interface Signature {
  readonly parameters: readonly SqlType[]
  readonly result: SqlType
  readonly sql: (...args: string[]) => string
}

export function signature(
  parameters: readonly SqlType[],
  result: SqlType,
  sql: string | ((...args: string[]) => string),
): Signature {
  return {
    parameters,
    result,
    sql: typeof sql === 'string' ? (...args) => `${sql}(${args.join(', ')})` : sql,
  }
}

export function scalar(translate: (call: FunctionCall) => Typed): FunctionRule {
  return { kind: 'scalar', translate }
}

/** A scalar function with fixed signatures: the first that fits exactly, else the first that coercion leads to. */
export function overloaded(...signatures: readonly Signature[]): FunctionRule {
  return scalar((call) => {
    const args = call.args()
    const chosen =
      signatures.find((one) => fits(one, args, sameType)) ??
      signatures.find((one) => fits(one, args, canCoerce))
    if (!chosen) return call.fail(mismatch(call.name, args, signatures))
    const sql = chosen.sql(...args.map((arg, at) => coerce(arg, chosen.parameters[at] as SqlType)))
    return typed(sql, chosen.result)
  })
}

function fits(
  one: Signature,
  args: readonly Typed[],
  accepts: (from: SqlType, to: SqlType) => boolean,
): boolean {
  return (
    one.parameters.length === args.length &&
    args.every((arg, at) => accepts(arg.type, one.parameters[at] as SqlType))
  )
}

function mismatch(name: string, args: readonly Typed[], signatures: readonly Signature[]): string {
  const list = (types: readonly SqlType[]) => `(${types.map(typeName).join(', ')})`
  const expected = signatures.map((one) => list(one.parameters)).join(' or ')
  return `Function ${name} takes ${expected}, not ${list(args.map((arg) => arg.type))}.`
}

/** Refuses a call with another number of arguments. */
export function requireCount(call: FunctionCall, least: number, most = least): void {
  if (call.count >= least && call.count <= most) return
  const expected =
    least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`
  call.fail(
    `Function ${call.name} takes ${expected} argument${expected === '1' ? '' : 's'}, not ${call.count}.`,
  )
}
