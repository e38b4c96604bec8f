import type { Name, Span } from '../../../../trino/ast.js'
import { castTo } from '../cast.js'
import { quoteString } from '../ddl.js'
import type { FunctionCall } from '../functionCall.js'
import {
  type FunctionRule,
  overloaded,
  type Rules,
  requireCount,
  scalar,
  signature,
} from '../functionRule.js'
import { zoneName } from '../literals.js'
import { jodaMask, mysqlMask } from '../timeMasks.js'
import { TranslateError } from '../translateError.js'
import { localTime, type Typed, typed } from '../typed.js'
import {
  BIGINT,
  DATE,
  DOUBLE,
  fractionDigits,
  isInteger,
  isNumeric,
  type SqlType,
  TIMESTAMP,
  TIMESTAMP_TZ,
  typeName,
  VARCHAR,
} from '../types.js'

/** `zone` left out when it is UTC. */
function zoned(sql: string, type: SqlType, zone: string | undefined): Typed {
  return zone === undefined || type.kind !== 'timestampTz' ? { sql, type } : { sql, type, zone }
}

function isMoment(type: SqlType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestampTz'
}

/** A date or a timestamp, with or without a zone. */
function moment(call: FunctionCall, at = 0): Typed {
  const value = call.zonedArg(at)
  if (value.type.kind === 'unknown') return { sql: 'CAST(NULL AS TIMESTAMP)', type: TIMESTAMP }
  if (isMoment(value.type)) return value
  const hint = value.type.kind === 'varchar' ? ': CAST the text to timestamp' : ''
  return call.fail(
    `Function ${call.name} takes a date or a timestamp, not ${typeName(value.type)}${hint}.`,
    at,
  )
}

/** A local timestamp of a date or timestamp. */
function local(value: Typed): string {
  return value.type.kind === 'date' ? `CAST(${value.sql} AS TIMESTAMP)` : localTime(value)
}

/** DuckDB's function for a field of a date, and whether a time of day is needed for it. */
const FIELDS: Readonly<Record<string, { readonly sql: (local: string) => string; readonly time?: true }>> = {
  year: { sql: (at) => `year(${at})` },
  quarter: { sql: (at) => `quarter(${at})` },
  month: { sql: (at) => `month(${at})` },
  week: { sql: (at) => `week(${at})` },
  day: { sql: (at) => `day(${at})` },
  day_of_week: { sql: (at) => `isodow(${at})` },
  day_of_year: { sql: (at) => `dayofyear(${at})` },
  year_of_week: { sql: (at) => `isoyear(${at})` },
  hour: { sql: (at) => `hour(${at})`, time: true },
  minute: { sql: (at) => `minute(${at})`, time: true },
  second: { sql: (at) => `second(${at})`, time: true },
  millisecond: { sql: (at) => `(millisecond(${at}) % 1000)`, time: true },
}

const INTERVAL_FIELDS: Readonly<Record<string, string>> = {
  day: 'ocg_interval_days',
  hour: 'ocg_interval_hours',
  minute: 'ocg_interval_minutes',
  second: 'ocg_interval_seconds',
  millisecond: 'ocg_interval_milliseconds',
  year: 'ocg_interval_years',
  month: 'ocg_interval_months',
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  day_of_month: 'day',
  dow: 'day_of_week',
  doy: 'day_of_year',
  week_of_year: 'week',
  yow: 'year_of_week',
}

function fieldOf(name: string, value: Typed, fail: (message: string) => never): Typed {
  const key = FIELD_NAMES[name] ?? name
  const field = FIELDS[key]
  if (!field) return fail(`${name} is not a field of a date or time.`)
  const { kind } = value.type
  if (kind === 'intervalDay' || kind === 'intervalYear') {
    const months = key === 'year' || key === 'month'
    const macro = INTERVAL_FIELDS[key]
    if (!macro || months !== (kind === 'intervalYear')) return fail(`${typeName(value.type)} has no ${name}.`)
    return typed(`${macro}(${value.sql})`, BIGINT)
  }
  if (kind === 'time' && field.time) return typed(`CAST(${field.sql(value.sql)} AS BIGINT)`, BIGINT)
  if (kind === 'unknown') return typed('CAST(NULL AS BIGINT)', BIGINT)
  if (!isMoment(value.type) || (kind === 'date' && field.time)) {
    return fail(`A value of type ${typeName(value.type)} has no ${name}.`)
  }
  return typed(`CAST(${field.sql(localTime(value))} AS BIGINT)`, BIGINT)
}

/** `EXTRACT(field FROM value)`. */
export function extractField(field: Name, value: Typed, span: Span): Typed {
  const fail = (message: string): never => {
    throw new TranslateError(message, span)
  }
  return fieldOf(field.text.toLowerCase(), value, fail)
}

const field: FunctionRule = scalar((call) => {
  requireCount(call, 1)
  return fieldOf(call.name, call.zonedArg(0), (message) => call.fail(message, 0))
})

const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

function unit(call: FunctionCall, value: Typed, allowed = UNITS): string {
  const text = call.text(0, 'The unit', 'day').toLowerCase()
  if (!allowed.includes(text))
    call.fail(`The unit ${text} is not one of ${call.name}: use ${allowed.join(', ')}.`, 0)
  if (value.type.kind === 'date' && UNITS.indexOf(text) < UNITS.indexOf('day')) {
    call.fail(`A date has no ${text}: CAST it to timestamp.`, 0)
  }
  return text
}

const truncate = scalar((call) => {
  requireCount(call, 2)
  const value = moment(call, 1)
  const by = quoteString(unit(call, value))
  if (value.type.kind === 'date') return typed(`CAST(date_trunc(${by}, ${value.sql}) AS DATE)`, DATE)
  if (value.type.kind === 'timestamp') return typed(`date_trunc(${by}, ${value.sql})`, value.type)
  const zone = value.zone ?? "'UTC'"
  return zoned(`timezone(${zone}, date_trunc(${by}, ${localTime(value)}))`, value.type, value.zone)
})

const add = scalar((call) => {
  requireCount(call, 3)
  const value = moment(call, 2)
  const by = unit(call, value)
  const count = call.as(1, BIGINT)
  const step =
    by === 'quarter'
      ? `to_months(CAST(3 * ${count} AS INTEGER))`
      : `to_${by}s(${by === 'hour' || by === 'minute' || by === 'millisecond' ? count : `CAST(${count} AS ${by === 'second' ? 'BIGINT' : 'INTEGER'})`})`
  if (value.type.kind === 'date') return typed(`CAST((${value.sql} + ${step}) AS DATE)`, DATE)
  if (value.type.kind === 'timestamp') {
    if (by === 'millisecond' && value.type.precision < 3) {
      call.fail('date_add of milliseconds takes a timestamp(3): CAST it.', 2)
    }
    return typed(`(${value.sql} + ${step})`, value.type)
  }
  // Hours and less are added to the instant; days and more to the date that the zone shows.
  if (value.zone === undefined || UNITS.indexOf(by) < UNITS.indexOf('day')) {
    return zoned(`(${value.sql} + ${step})`, value.type, value.zone)
  }
  return zoned(`timezone(${value.zone}, (${localTime(value)} + ${step}))`, value.type, value.zone)
})

/** Whole units from one time to the other, cut towards zero: DuckDB's date_diff would count borders. */
const difference = scalar((call) => {
  requireCount(call, 3)
  const [from, to] = [moment(call, 1), moment(call, 2)]
  if (from.zone !== undefined || to.zone !== undefined) {
    call.fail('date_diff counts in UTC here: CAST a time AT TIME ZONE to timestamp first.')
  }
  const kinds = [from.type.kind, to.type.kind]
  const dates = kinds.every((kind) => kind === 'date')
  const by = unit(call, dates ? from : { ...from, type: TIMESTAMP })
  if (by === 'month' || by === 'quarter' || by === 'year') {
    const months = `ocg_months_between(${local(from)}, ${local(to)})`
    const size = { month: 1, quarter: 3, year: 12 }[by]
    return typed(size === 1 ? months : `(${months} // ${size})`, BIGINT)
  }
  if (dates) {
    const days = `CAST(${to.sql} - ${from.sql} AS BIGINT)`
    return typed(by === 'week' ? `(${days} // 7)` : days, BIGINT)
  }
  const size = {
    millisecond: 1,
    second: 1000,
    minute: 60_000,
    hour: 3_600_000,
    day: 86_400_000,
    week: 604_800_000,
  }[by]
  return typed(`((epoch_ms(${local(to)}) - epoch_ms(${local(from)})) // ${size})`, BIGINT)
})

function formatted(mask: (text: string, parsing: boolean) => string | undefined): FunctionRule {
  return scalar((call) => {
    requireCount(call, 2)
    const value = moment(call)
    const text = call.text(1, 'The mask', '')
    const format = mask(text, false)
    if (format === undefined) {
      return call.fail(`The mask '${text}' holds a letter that is not supported: see docs/sql-dialect.md.`, 1)
    }
    // Masks show milliseconds, whatever the value has.
    const shown = fractionDigits(value.type) > 3 ? `date_trunc('millisecond', ${local(value)})` : local(value)
    return typed(`strftime(${shown}, ${quoteString(format)})`, VARCHAR)
  })
}

function parsed(
  mask: (text: string, parsing: boolean) => string | undefined,
  result: (sql: string) => Typed,
): FunctionRule {
  return scalar((call) => {
    requireCount(call, 2)
    const text = call.text(1, 'The mask', '')
    const format = mask(text, true)
    if (format === undefined) {
      return call.fail(`The mask '${text}' holds a letter that can't be read: see docs/sql-dialect.md.`, 1)
    }
    if (!call.isNull() && !/%[Yy]/.test(format)) call.fail('A time without a year can not be read.', 1)
    return result(`CAST(strptime(${call.as(0, VARCHAR)}, ${quoteString(format)}) AS TIMESTAMP)`)
  })
}

/** SQL of a zone's name: a literal is checked now. */
function zone(call: FunctionCall, at: number): string | undefined {
  const text = call.text(at, 'The time zone', 'UTC')
  const name = zoneName(text)
  if (name === undefined) return call.fail(`There is no time zone ${text}.`, at)
  return name === 'UTC' ? undefined : quoteString(name)
}

const atTimeZone = scalar((call) => {
  requireCount(call, 2)
  const value = moment(call)
  const name = zone(call, 1)
  // Without a zone a timestamp is one of the session, which is UTC.
  const instant = value.type.kind === 'timestampTz' ? value.sql : `timezone('UTC', ${local(value)})`
  return zoned(instant, { kind: 'timestampTz', precision: fractionDigits(value.type) }, name)
})

const withTimeZone = scalar((call) => {
  requireCount(call, 2)
  const value = moment(call)
  if (value.type.kind === 'timestampTz') call.fail('with_timezone takes a timestamp without a zone.', 0)
  const name = zone(call, 1)
  const sql = `timezone(${name ?? "'UTC'"}, ${local(value)})`
  return zoned(sql, { kind: 'timestampTz', precision: fractionDigits(value.type) }, name)
})

/** A literal keeps its offset as its zone; other texts have to be in UTC, or the statement fails. */
const fromIso = scalar((call) => {
  requireCount(call, 1)
  const { text } = call.arg(0)
  const offset = text === undefined ? null : /T[\d:.,]*([+-]\d{2}(?::?\d{2})?)$/.exec(text)
  if (!offset || text === undefined) return typed(`ocg_from_iso8601(${call.as(0, VARCHAR)})`, TIMESTAMP_TZ)
  const name = zoneName(offset[1] as string)
  if (name === undefined) return call.fail(`The offset ${offset[1]} is not supported here.`, 0)
  const instant = `ocg_from_iso8601(${quoteString(text.slice(0, offset.index + offset[0].length - (offset[1] as string).length))})`
  if (name === 'UTC') return typed(instant, TIMESTAMP_TZ)
  const zoneSql = quoteString(name)
  return zoned(`timezone(${zoneSql}, timezone('UTC', ${instant}))`, TIMESTAMP_TZ, zoneSql)
})

const fromUnixTime = scalar((call) => {
  requireCount(call, 1, 2)
  if (!isNumeric(call.arg(0).type)) call.fail('from_unixtime takes a number of seconds.', 0)
  if (call.count === 2 && isInteger(call.arg(1).type))
    call.fail('from_unixtime with hours and minutes is not supported.', 1)
  const name = call.count === 2 ? zone(call, 1) : undefined
  return zoned(`ocg_from_unixtime(${call.as(0, DOUBLE)})`, TIMESTAMP_TZ, name)
})

const toUnixTime = scalar((call) => {
  requireCount(call, 1)
  const value = moment(call)
  const at = value.type.kind === 'timestampTz' ? `timezone('UTC', ${value.sql})` : local(value)
  return typed(`(CAST(epoch_us(${at}) AS DOUBLE) / 1000000.0::DOUBLE)`, DOUBLE)
})

const toIso = scalar((call) => {
  requireCount(call, 1)
  const value = moment(call)
  if (value.type.kind === 'date') return typed(`CAST(${value.sql} AS VARCHAR)`, VARCHAR)
  const digits = fractionDigits(value.type)
  const text = `left(strftime(${localTime(value)}, '%Y-%m-%dT%H:%M:%S.%f'), ${digits === 0 ? 19 : 20 + digits})`
  if (value.type.kind === 'timestamp') return typed(text, VARCHAR)
  if (value.zone === undefined) return typed(`(${text} || 'Z')`, VARCHAR)
  return typed(`(${text} || ocg_offset_text(${localTime(value)}, ${value.sql}))`, VARCHAR)
})

function current(sql: string, type: SqlType): FunctionRule {
  return scalar((call) => {
    requireCount(call, 0, 1)
    if (call.count === 0) return typed(sql, type)
    const precision = call.arg(0).integer
    if (precision === undefined || precision > 3n)
      call.fail('The current time has at most 3 digits after its seconds here.', 0)
    return castTo(typed(sql, type), { ...type, precision: Number(precision) } as SqlType, false, call.span)
  })
}

const date = scalar((call) => {
  requireCount(call, 1)
  const value = call.zonedArg(0)
  if (value.type.kind !== 'varchar' && value.type.kind !== 'unknown' && !isMoment(value.type))
    return call.fail(`date takes a text or a timestamp, not ${typeName(value.type)}.`, 0)
  return castTo(value, DATE, false, call.span)
})

const lastDay = scalar((call) => {
  requireCount(call, 1)
  return typed(`last_day(${localTime(moment(call))})`, DATE)
})

const currentDate: FunctionRule = scalar((call) => {
  requireCount(call, 0)
  return typed("CAST(timezone('UTC', now()) AS DATE)", DATE)
})

const NOW = "date_trunc('millisecond', now())"

export const dateTimeRules: Rules = {
  at_timezone: atTimeZone,
  current_date: currentDate,
  current_timestamp: current(NOW, TIMESTAMP_TZ),
  current_timezone: overloaded(signature([], VARCHAR, () => "'UTC'")),
  date,
  date_add: add,
  date_diff: difference,
  date_format: formatted(mysqlMask),
  date_parse: parsed(mysqlMask, (sql) => typed(sql, TIMESTAMP)),
  date_trunc: truncate,
  day: field,
  day_of_month: field,
  day_of_week: field,
  day_of_year: field,
  dow: field,
  doy: field,
  format_datetime: formatted(jodaMask),
  from_iso8601_date: overloaded(signature([VARCHAR], DATE, (text) => `CAST(ocg_date_text(${text}) AS DATE)`)),
  from_iso8601_timestamp: fromIso,
  from_unixtime: fromUnixTime,
  hour: field,
  last_day_of_month: lastDay,
  localtimestamp: current(`timezone('UTC', ${NOW})`, TIMESTAMP),
  millisecond: field,
  minute: field,
  month: field,
  now: current(NOW, TIMESTAMP_TZ),
  parse_datetime: parsed(jodaMask, (sql) => typed(`timezone('UTC', ${sql})`, TIMESTAMP_TZ)),
  quarter: field,
  second: field,
  to_iso8601: toIso,
  to_unixtime: toUnixTime,
  week: field,
  week_of_year: field,
  with_timezone: withTimeZone,
  year: field,
  year_of_week: field,
  yow: field,
}
