import type { Json } from '../json.js'
import type { ScalarName } from '../types.js'
import { checkDate, checkDateTime, checkTime } from './dateTime.js'
import { checkEmail } from './email.js'
import { checkIpAddress } from './ipAddress.js'
import { checkPhone } from './phone.js'
import { checkUrl } from './url.js'

export type ScalarResult =
  | { readonly ok: true; readonly value: Json }
  /** A sentence for the client: what was found, what was expected. */
  | { readonly ok: false; readonly message: string }

/**
 * Reads an input value (a GraphQL variable, a literal's value, a cell of an import) as a scalar. The result is the
 * value to store: texts as they were given, an integer ID as a string. Null is no scalar value. Never throws.
 *
 * @example parseScalar('AWSDate', '2024-02-30') // { ok: false, message: 'AWSDate "2024-02-30" is no day of the calendar.' }
 */
export function parseScalar(name: ScalarName, value: unknown): ScalarResult {
  return PARSERS[name](value)
}

/** Magnitudes that DynamoDB stores. Source: "Supported data types and naming rules in Amazon DynamoDB". */
const LARGEST_FLOAT = 9.99e125
const SMALLEST_FLOAT = 1e-130

const PARSERS: Readonly<Record<ScalarName, (value: unknown) => ScalarResult>> = {
  ID: parseId,
  String: (value) => parseText('String', value, () => undefined),
  Int: parseInt32,
  Float: parseFloat64,
  Boolean: (value) => (typeof value === 'boolean' ? good(value) : bad('Boolean', 'true or false', value)),
  AWSDateTime: (value) => parseText('AWSDateTime', value, checkDateTime),
  AWSDate: (value) => parseText('AWSDate', value, checkDate),
  AWSTime: (value) => parseText('AWSTime', value, checkTime),
  AWSTimestamp: parseTimestamp,
  AWSEmail: (value) => parseText('AWSEmail', value, checkEmail),
  AWSJSON: (value) => parseText('AWSJSON', value, checkJson),
  AWSURL: (value) => parseText('AWSURL', value, checkUrl),
  AWSPhone: (value) => parseText('AWSPhone', value, checkPhone),
  AWSIPAddress: (value) => parseText('AWSIPAddress', value, checkIpAddress),
}

function parseId(value: unknown): ScalarResult {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return good(String(value))
  if (typeof value !== 'string') return bad('ID', 'a string', value)
  return parseText('ID', value, () => undefined)
}

function parseInt32(value: unknown): ScalarResult {
  if (typeof value !== 'number' || !Number.isInteger(value)) return bad('Int', 'a whole number', value)
  if (value < -(2 ** 31) || value > 2 ** 31 - 1) return bad('Int', 'a whole number of 32 bits', value)
  return good(value + 0)
}

function parseFloat64(value: unknown): ScalarResult {
  if (typeof value !== 'number' || !Number.isFinite(value)) return bad('Float', 'a number', value)
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < SMALLEST_FLOAT || magnitude > LARGEST_FLOAT)) {
    return bad('Float', '0 or a number of a magnitude from 1E-130 to 9.99E+125', value)
  }
  return good(value + 0)
}

function parseTimestamp(value: unknown): ScalarResult {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return good(value + 0)
  return bad('AWSTimestamp', 'a whole number of seconds since 1970-01-01T00:00Z', value)
}

/** `check` returns the end of a sentence about the text, or undefined when it is good. */
function parseText(
  name: ScalarName,
  value: unknown,
  check: (text: string) => string | undefined,
): ScalarResult {
  if (typeof value !== 'string') return bad(name, 'a string', value)
  if (/\p{Surrogate}/u.test(value)) {
    return {
      ok: false,
      message: `${name} ${show(value)} holds half a surrogate pair, which is not valid Unicode.`,
    }
  }
  const reason = check(value)
  return reason === undefined ? good(value) : { ok: false, message: `${name} ${show(value)} ${reason}.` }
}

function checkJson(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return 'is not valid JSON; expected a string such as "{\\"a\\": 1}"'
  }
}

function good(value: Json): ScalarResult {
  return { ok: true, value }
}

function bad(name: ScalarName, expected: string, value: unknown): ScalarResult {
  return { ok: false, message: `${name} must be ${expected}, found ${show(value)}.` }
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
