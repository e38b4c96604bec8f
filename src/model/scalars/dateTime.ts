import { daysOf, hasSystemTimeForm } from './systemTimeForm.js'

/**
 * AppSync's dates and times: extended ISO 8601. Seconds and up to nine digits of a fraction are optional, the offset is
 * `Z` or `±hh:mm` or, beyond the standard, `±hh:mm:ss`. A date-time needs its offset; on a date or a time it is
 * optional. Source: "Scalar types in GraphQL" of the AppSync developer guide.
 */
const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`
const TIME = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`
const OFFSET = String.raw`(Z|([+-])(\d{2}):(\d{2})(?::(\d{2}))?)`

const DATE_TIME_PATTERN = new RegExp(`^${DATE}T${TIME}${OFFSET}$`)
const DATE_PATTERN = new RegExp(`^${DATE}${OFFSET}?$`)
const TIME_PATTERN = new RegExp(`^${TIME}${OFFSET}?$`)

/** Why a text is no AWSDateTime, as the end of a sentence; undefined when it is one. */
export function checkDateTime(text: string): string | undefined {
  if (hasSystemTimeForm(text)) return undefined
  const match = DATE_TIME_PATTERN.exec(text)
  if (!match) return 'must have the form YYYY-MM-DDThh:mm:ss.sssZ, with Z or an offset such as +05:30'
  const [, year, month, day, hour, minute, second, , , , offsetHour, offsetMinute, offsetSecond] = match
  const reason =
    calendarReason(year, month, day) ??
    clockReason(hour, minute, second) ??
    offsetReason(offsetHour, offsetMinute, offsetSecond)
  if (reason !== undefined) return reason
  const millis = millisOf(match)
  if (millis < FIRST_INSTANT || millis > LAST_INSTANT) return 'is outside the years 0001 to 9999 in UTC'
  return undefined
}

/** Why a text is no AWSDate, as the end of a sentence; undefined when it is one. */
export function checkDate(text: string): string | undefined {
  const match = DATE_PATTERN.exec(text)
  if (!match) return 'must have the form YYYY-MM-DD, with an optional offset such as Z or +05:30'
  const [, year, month, day, , , hour, minute, second] = match
  return calendarReason(year, month, day) ?? offsetReason(hour, minute, second)
}

/** Why a text is no AWSTime, as the end of a sentence; undefined when it is one. */
export function checkTime(text: string): string | undefined {
  const match = TIME_PATTERN.exec(text)
  if (!match) return 'must have the form hh:mm:ss.sss, with an optional offset such as Z or +05:30'
  const [, hour, minute, second, , , , offsetHour, offsetMinute, offsetSecond] = match
  return clockReason(hour, minute, second) ?? offsetReason(offsetHour, offsetMinute, offsetSecond)
}

/**
 * Milliseconds since 1970-01-01T00:00:00Z of a valid AWSDateTime; finer digits are cut off. NaN for any other text.
 */
export function dateTimeToMillis(text: string): number {
  if (hasSystemTimeForm(text)) return Date.parse(text)
  const match = DATE_TIME_PATTERN.exec(text)
  return match ? millisOf(match) : Number.NaN
}

/** The day of a valid AWSDate without its offset: what SQL sees. */
export function dateToDay(text: string): string {
  return text.slice(0, 10)
}

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00.000Z')
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z')

/** Largest offset of `java.time.ZoneOffset`, which AppSync is built on. */
const LARGEST_OFFSET_SECONDS = 18 * 3600

type Digits = string | undefined

function calendarReason(year: Digits, month: Digits, day: Digits): string | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  if (y === 0) return 'has the year 0000; years run from 0001 to 9999'
  return m >= 1 && m <= 12 && d >= 1 && d <= daysOf(y, m) ? undefined : 'is no day of the calendar'
}

function clockReason(hour: Digits, minute: Digits, second: Digits): string | undefined {
  const inDay = Number(hour) <= 23 && Number(minute) <= 59 && Number(second ?? 0) <= 59
  return inDay ? undefined : 'is no time of the day (00:00:00 to 23:59:59)'
}

function offsetReason(hour: Digits, minute: Digits, second: Digits): string | undefined {
  const [h, m, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)]
  const valid = m <= 59 && s <= 59 && h * 3600 + m * 60 + s <= LARGEST_OFFSET_SECONDS
  return valid ? undefined : 'has an offset outside -18:00 to +18:00'
}

function millisOf(match: RegExpExecArray): number {
  const number = (group: number) => Number(match[group] ?? 0)
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(number(1), number(2) - 1, number(3))
  date.setUTCHours(number(4), number(5), number(6), Number((match[7] ?? '').slice(0, 3).padEnd(3, '0')))
  const offset = (number(10) * 3600 + number(11) * 60 + number(12)) * 1000
  return date.getTime() - (match[9] === '-' ? -offset : offset)
}
