import type { ScalarName } from '../types.js'
import { checkDate, checkDateTime, checkTime } from './dateTime.js'
import { checkEmail } from './email.js'
import { checkIpAddress } from './ipAddress.js'
import { LOOSE_SCALARS } from './looseScalars.js'
import { checkPhone } from './phone.js'
import { bad, good, parseText, type ScalarResult } from './scalarResult.js'
import { checkUrl } from './url.js'

export type { ScalarResult } from './scalarResult.js'

/**
 * Reads an input value (a GraphQL variable, a literal's value, a cell of an import) as a scalar. The result is the
 * value to store: texts as they were given, JSON without needless white space, an integer ID as a string. Null is no scalar value. Never throws.
 *
 * @example parseScalar('AWSDate', '2024-02-30') // { ok: false, message: 'AWSDate "2024-02-30" is no day of the calendar.' }
 */
export function parseScalar(name: ScalarName, value: unknown): ScalarResult {
  return PARSERS[name](value)
}

const PARSERS: Readonly<Record<ScalarName, (value: unknown) => ScalarResult>> = {
  ...LOOSE_SCALARS,
  Int: parseInt32,
  Boolean: (value) => (typeof value === 'boolean' ? good(value) : bad('Boolean', 'true or false', value)),
  AWSDateTime: (value) => parseText('AWSDateTime', value, checkDateTime),
  AWSDate: (value) => parseText('AWSDate', value, checkDate),
  AWSTime: (value) => parseText('AWSTime', value, checkTime),
  AWSTimestamp: parseTimestamp,
  AWSEmail: (value) => parseText('AWSEmail', value, checkEmail),
  AWSJSON: parseJson,
  AWSURL: (value) => parseText('AWSURL', value, checkUrl),
  AWSPhone: (value) => parseText('AWSPhone', value, checkPhone),
  AWSIPAddress: (value) => parseText('AWSIPAddress', value, checkIpAddress),
}

function parseInt32(value: unknown): ScalarResult {
  if (typeof value !== 'number' || !Number.isInteger(value)) return bad('Int', 'a whole number', value)
  if (value < -(2 ** 31) || value > 2 ** 31 - 1) return bad('Int', 'a whole number of 32 bits', value)
  return good(value + 0)
}

function parseTimestamp(value: unknown): ScalarResult {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return good(value + 0)
  return bad('AWSTimestamp', 'a whole number of seconds since 1970-01-01T00:00Z', value)
}

/** The text is written anew: AppSync hands on the parsed value, so how it was written is lost there. */
function parseJson(value: unknown): ScalarResult {
  const text = parseText('AWSJSON', value, checkJson)
  return text.ok ? good(JSON.stringify(JSON.parse(text.value as string))) : text
}

function checkJson(text: string): string | undefined {
  let fits = true
  try {
    JSON.parse(text, (_key, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) fits = false
      return part
    })
  } catch {
    return 'is not valid JSON; expected a string such as "{\\"a\\": 1}"'
  }
  return fits ? undefined : 'holds a number beyond the range of a double'
}
