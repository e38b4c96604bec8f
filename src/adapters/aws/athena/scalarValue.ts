import type { Json } from '../../../model/json.js'

/**
 * A scalar of Athena's results, whose form is text, as the port gives it. `type` is Athena's or Trino's name of the
 * type, with or without parameters. What has no form of its own stays text.
 */
export function scalarValue(text: string, type: string): Json {
  switch (baseOf(type)) {
    case 'boolean':
      return text === 'true'
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'integer':
    case 'bigint':
      return wholeNumber(text)
    case 'double':
    case 'float':
    case 'real':
      return floatingNumber(text)
    case 'timestamp':
    case 'timestamp with time zone':
      return timestamp(text)
    case 'time':
      return time(text)
    case 'varbinary':
      return base64(text)
    default:
      return text
  }
}

/** `timestamp(3) with time zone` without its precision. */
function baseOf(type: string): string {
  return type.toLowerCase().replace(/\(.*?\)/, '')
}

function wholeNumber(text: string): Json {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** Texts are those of Java's doubles: `1.0E10`, `NaN`, `-Infinity`. */
function floatingNumber(text: string): Json {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

const TIMESTAMP = /^([+-]?\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?: (.+))?$/

/** `2024-01-31 10:20:30.123`, with a zone or without, as the instant in UTC. Digits past milliseconds are cut. */
function timestamp(text: string): Json {
  const [, year = '', month, day, hour, minute, second, fraction = '', zone] = TIMESTAMP.exec(text) ?? []
  if (month === undefined) return text
  const wide =
    year.length > 4
      ? `${year.startsWith('-') ? '-' : '+'}${year.replace(/^[+-]/, '').padStart(6, '0')}`
      : year
  const millis = Date.parse(
    `${wide}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`,
  )
  if (Number.isNaN(millis)) return text
  const offset = zone === undefined ? 0 : zoneOffset(zone, millis)
  return offset === undefined ? text : new Date(millis - offset).toISOString()
}

/** Distance of a zone from UTC in milliseconds at a local time; undefined for a zone that is not known here. */
function zoneOffset(zone: string, local: number): number | undefined {
  if (/^(?:UTC|Z|GMT)$/i.test(zone)) return 0
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const guess = offsetAt(zone, local)
  // Once more at the instant itself: the first look may have been on the other side of a change of clocks.
  return guess === undefined ? undefined : offsetAt(zone, local - guess)
}

function offsetAt(zone: string, instant: number): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  } catch {
    return undefined
  }
}

function time(text: string): Json {
  const [, clock, fraction = ''] = /^(\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(text) ?? []
  return clock === undefined ? text : `${clock}.${fraction.slice(0, 3).padEnd(3, '0')}`
}

/** Athena shows bytes as pairs of hexadecimal digits with blanks between. */
function base64(text: string): Json {
  return Buffer.from(text.replaceAll(' ', ''), 'hex').toString('base64')
}
