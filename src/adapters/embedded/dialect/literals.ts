import type { Expression, Span } from '../../../trino/ast.js'
import { quoteString } from './ddl.js'
import { TranslateError } from './translateError.js'
import { type Typed, typed } from './typed.js'
import { DATE, decimal, JSON_TYPE, type SqlType } from './types.js'

/** `DATE '2024-01-31'` and the like. The text is checked now, as Trino does. */
export function typedLiteral(type: string, text: string, span: Span): Typed {
  const wrong = () => new TranslateError(`'${text}' is not a ${type} literal.`, span)
  switch (type) {
    case 'date': {
      const date = parseDate(text.trim())
      if (!date) throw wrong()
      return typed(`CAST('${date}' AS DATE)`, DATE)
    }
    case 'timestamp':
      return timestampLiteral(text.trim(), wrong)
    case 'time': {
      const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/.exec(text.trim())
      if (!match || Number(match[1]) > 23 || Number(match[2]) > 59 || Number(match[3] ?? 0) > 59)
        throw wrong()
      const precision = match[4]?.length ?? 0
      return typed(`CAST('${clock(match.slice(1))}' AS TIME)`, { kind: 'time', precision })
    }
    case 'decimal': {
      const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text)
      if (!match || `${match[2]}${match[3] ?? ''}` === '') throw wrong()
      const whole = (match[2] as string).replace(/^0+/, '')
      const fraction = match[3] ?? ''
      const precision = Math.max(1, whole.length + fraction.length)
      if (precision > 38) throw wrong()
      const sql = `CAST('${match[1]}${whole || '0'}.${fraction || '0'}' AS DECIMAL(${precision}, ${fraction.length}))`
      return typed(sql, decimal(precision, fraction.length))
    }
    case 'json': {
      try {
        JSON.parse(text)
      } catch {
        throw wrong()
      }
      return typed(`ocg_json_parse(${quoteString(text)})`, JSON_TYPE)
    }
    default:
      throw wrong()
  }
}

const TIMESTAMP_TEXT =
  /^(\d{4}-\d{1,2}-\d{1,2})(?:[ ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?(?: ?(\S+))?$/

function timestampLiteral(text: string, wrong: () => TranslateError): Typed {
  const match = TIMESTAMP_TEXT.exec(text)
  const date = match && parseDate(match[1] as string)
  if (!match || !date) throw wrong()
  const [hour, minute, second, fraction, zone] = match.slice(2)
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) throw wrong()
  if (fraction && fraction.length > 6) throw wrong()
  const precision = fraction?.length ?? 0
  const local = `CAST('${date} ${clock([hour ?? '0', minute ?? '0', second, fraction])}' AS TIMESTAMP)`
  if (zone === undefined) return typed(local, { kind: 'timestamp', precision })
  const name = zoneName(zone)
  if (name === undefined) throw wrong()
  const sql = `timezone(${quoteString(name)}, ${local})`
  const type: SqlType = { kind: 'timestampTz', precision }
  return name === 'UTC' ? typed(sql, type) : { sql, type, zone: quoteString(name) }
}

function clock([hour, minute, second, fraction]: readonly (string | undefined)[]): string {
  const two = (part: string | undefined) => (part ?? '0').padStart(2, '0')
  return `${two(hour)}:${two(minute)}:${two(second)}${fraction ? `.${fraction}` : ''}`
}

/** A date as `YYYY-MM-DD`; undefined when there is no such day. */
function parseDate(text: string): string | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (!match) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(Date.UTC(2000, 0, 1))
  date.setUTCFullYear(year, month - 1, day)
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? date.toISOString().slice(0, 10) : undefined
}

/** A zone in the form that DuckDB knows; undefined when there is none of this name. */
export function zoneName(text: string): string | undefined {
  if (/^(?:UTC|GMT|Z|UT|Etc\/UTC)$/i.test(text)) return 'UTC'
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(text)
  if (offset) {
    const [hours, minutes] = [Number(offset[2]), Number(offset[3] ?? 0)]
    if (hours > 14 || minutes > 59) return undefined
    if (hours === 0 && minutes === 0) return 'UTC'
    // Etc zones count their hours the other way round, and DuckDB knows no name for a part of an hour.
    return minutes === 0 ? `Etc/GMT${offset[1] === '+' ? '-' : '+'}${hours}` : undefined
  }
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone === 'UTC'
      ? 'UTC'
      : text
  } catch {
    return undefined
  }
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
}

/** `INTERVAL '7' DAY`, `INTERVAL '1-6' YEAR TO MONTH`, `INTERVAL '2 03:04:05.6' DAY TO SECOND`. */
export function interval(node: Extract<Expression, { kind: 'interval' }>): Typed {
  const wrong = () => {
    const field = node.to ? `${node.from} TO ${node.to}` : node.from
    return new TranslateError(`'${node.value}' is not an interval of ${field}.`, node)
  }
  const match = /^\s*([+-]?)\s*(.*?)\s*$/.exec(node.value) as RegExpExecArray
  const sign = (match[1] === '-') !== node.negative ? -1 : 1
  const text = match[2] as string
  if (node.from === 'YEAR' || node.from === 'MONTH') {
    const months = sign * monthsOf(text, node.from, node.to, wrong)
    return { sql: `to_months(${months})`, type: { kind: 'intervalYear' }, wholeDays: true }
  }
  const milliseconds = millisecondsOf(text, node.from, node.to, wrong)
  if (milliseconds > 1e14) throw wrong()
  const days = sign * Math.floor(milliseconds / 86_400_000)
  const rest = sign * (milliseconds % 86_400_000)
  const wholeDays = rest === 0
  const sql = wholeDays ? `to_days(${days})` : `(to_days(${days}) + to_milliseconds(${rest}))`
  return { sql, type: { kind: 'intervalDay' }, wholeDays }
}

function monthsOf(text: string, from: string, to: string | undefined, wrong: () => TranslateError): number {
  const pattern = to === undefined ? /^(\d{1,9})$/ : /^(\d{1,9})(?:-(\d{1,9}))?$/
  const match = pattern.exec(text)
  if (!match || (to !== undefined && (from !== 'YEAR' || to !== 'MONTH'))) throw wrong()
  const months = from === 'MONTH' ? Number(match[1]) : Number(match[1]) * 12 + Number(match[2] ?? 0)
  if (months > 1_200_000) throw wrong()
  return months
}

const DAY_FIELDS = ['DAY', 'HOUR', 'MINUTE', 'SECOND']

function millisecondsOf(
  text: string,
  from: string,
  to: string | undefined,
  wrong: () => TranslateError,
): number {
  const first = DAY_FIELDS.indexOf(from)
  const last = to === undefined ? first : DAY_FIELDS.indexOf(to)
  if (first < 0 || last < first) throw wrong()
  const parts = text.split(/[ :]/)
  if (parts.length > last - first + 1) throw wrong()
  let total = 0
  for (const [at, part] of parts.entries()) {
    const field = DAY_FIELDS[first + at] as string
    const pattern = field === 'SECOND' ? /^\d{1,15}(?:\.\d{1,3})?$/ : /^\d{1,15}$/
    if (!pattern.test(part)) throw wrong()
    total += Math.round(Number(part) * (MILLISECONDS[field] as number))
  }
  return total
}
