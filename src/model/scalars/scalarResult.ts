import type { Json } from '../json.js'
import type { ScalarName } from '../types.js'

export type ScalarResult =
  | { readonly ok: true; readonly value: Json }
  /** A sentence for the client: what was found, what was expected. */
  | { readonly ok: false; readonly message: string }

export function good(value: Json): ScalarResult {
  return { ok: true, value }
}

export function bad(name: ScalarName, expected: string, value: unknown): ScalarResult {
  return { ok: false, message: `${name} must be ${expected}, found ${show(value)}.` }
}

/** A text without half surrogate pairs. `check` returns the end of a sentence about it, or undefined when it is good. */
export function parseText(
  name: ScalarName,
  value: unknown,
  check?: (text: string) => string | undefined,
): ScalarResult {
  if (typeof value !== 'string') return bad(name, 'a string', value)
  if (/\p{Surrogate}/u.test(value)) {
    return {
      ok: false,
      message: `${name} ${show(value)} holds half a surrogate pair, which is not valid Unicode.`,
    }
  }
  const reason = check?.(value)
  return reason === undefined ? good(value) : { ok: false, message: `${name} ${show(value)} ${reason}.` }
}

/** A value as a message shows it: at most 60 characters. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' && value.length > 60 ? `${value.slice(0, 59)}…` : value
  return JSON.stringify(text) ?? typeof value
}
