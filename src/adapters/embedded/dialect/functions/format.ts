import { quoteString } from '../ddl.js'
import { type Conversion, readFormat } from '../formatSyntax.js'
import type { FunctionCall } from '../functionCall.js'
import { type Rules, requireCount, scalar } from '../functionRule.js'
import { toText } from '../toText.js'
import { failWhen, type Typed, typed } from '../typed.js'
import { isFloating, isInteger, type SqlType, typeName, VARCHAR } from '../types.js'

/** Decimals with more digits after the point may be shown with an exponent by `%s`. */
const PLAIN_SCALE = 6

/** Java's Formatter over values, as Trino hands them to it. The format is translated, so it has to be known. */
const format = scalar((call) => {
  requireCount(call, 2, 100)
  if (call.arg(0).type.kind === 'unknown') call.fail('The format is NULL, which is no text.', 0)
  const parts = read(call)
  const values = call.args().slice(1)
  for (const [at, { type }] of values.entries()) {
    if (type.kind !== 'unknown' && !SHOWN.has(type.kind)) {
      call.fail(`format can't show a value of type ${typeName(type)}: CAST it to varchar.`, at + 1)
    }
  }
  if (call.isNull()) return typed('CAST(NULL AS VARCHAR)', VARCHAR)
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return quoteString(part)
    const value = values[part.value] ?? call.fail(`There is no value for ${part.shown} of the format.`, 0)
    return justified(shown(value, part, call), part)
  })
  return typed(`(${["''", ...pieces].join(' || ')})`, VARCHAR)
})

const SHOWN: ReadonlySet<SqlType['kind']> = new Set([
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'decimal',
  'varchar',
  'date',
  'time',
  'timestamp',
])

function read(call: FunctionCall): ReturnType<typeof readFormat> {
  const text = call.text(0, 'The format', '')
  try {
    return readFormat(text)
  } catch (error) {
    return call.fail((error as Error).message, 0)
  }
}

/** A NULL is shown as the word, cut like any text; under `%b` it is false. */
function shown(value: Typed, part: Conversion, call: FunctionCall): string {
  const word = part.letter === 'b' ? 'false' : 'null'.slice(0, part.precision)
  const absent = quoteString(part.letter === 'X' ? word.toUpperCase() : word)
  if (value.type.kind === 'unknown') return absent
  return `CASE WHEN ${value.sql} IS NULL THEN ${absent} ELSE ${present(value, part, call)} END`
}

function present(value: Typed, part: Conversion, call: FunctionCall): string {
  const { sql, type } = value
  const misfit = () =>
    call.fail(`${part.shown} of the format can't show a value of type ${typeName(type)}.`, part.value + 1)
  switch (part.letter) {
    case 's':
      return cut(asText(value, part, call), part)
    case 'b':
      return type.kind === 'boolean' ? `CAST(${sql} AS VARCHAR)` : "'true'"
    case 'd':
      if (!isInteger(type)) return misfit()
      return signed(`${sql} < 0`, `ltrim(CAST(${sql} AS VARCHAR), '-')`, part)
    case 'f':
      if (isFloating(type)) return floating(`CAST(${sql} AS DOUBLE)`, part)
      return type.kind === 'decimal' ? signed(`${sql} < 0`, decimalDigits(sql, type, part), part) : misfit()
    default:
      return isInteger(type) ? bits(`CAST(${sql} AS BIGINT)`, part) : misfit()
  }
}

/** What Java's toString gives. */
function asText(value: Typed, part: Conversion, call: FunctionCall): string {
  const { sql, type } = value
  const text = () => toText(value) ?? call.fail(`format can't show a value of type ${typeName(type)}.`)
  switch (type.kind) {
    case 'real':
    case 'double':
      return `ocg_java_floating(${sql})`
    case 'time':
      return `ocg_java_clock(strftime(DATE '2000-01-01' + ${sql}, '%H:%M:%S.%f'))`
    case 'timestamp':
      return `ocg_java_clock(strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%f'))`
    case 'decimal':
      if (type.scale > PLAIN_SCALE) {
        call.fail(
          `${part.shown} may show a decimal of ${type.scale} digits with an exponent: use %.${type.scale}f.`,
          part.value + 1,
        )
      }
      return text()
    default:
      return text()
  }
}

/** Java cuts between UTF-16 units: a text with characters of two of them is not cut here. */
function cut(text: string, { precision }: Conversion): string {
  if (precision === undefined) return text
  const message = 'A format cuts a text that has characters outside the Basic Multilingual Plane.'
  return failWhen(`ocg_utf16_length(${text}) <> length(${text})`, message, `left(${text}, ${precision})`)
}

/** The number of digits after the point, rounded half up from the decimal digits that the number is written with. */
function floating(sql: string, part: Conversion): string {
  const finite = `CASE WHEN isfinite(${sql}) THEN ocg_plain_digits(CAST(abs(${sql}) AS VARCHAR)) ELSE '0' END`
  const digits = `CAST(CAST(${finite} AS DECIMAL(38, ${part.precision ?? 6})) AS VARCHAR)`
  const negative = `CAST(${sql} AS VARCHAR) LIKE '-%'`
  const infinity = signed(negative, "'Infinity'", { ...part, flags: without(part.flags, '0', ',') })
  return `CASE WHEN isnan(${sql}) THEN 'NaN' WHEN isinf(${sql}) THEN ${infinity} ELSE ${signed(negative, digits, part)} END`
}

function without(flags: ReadonlySet<string>, ...removed: readonly string[]): ReadonlySet<string> {
  return new Set([...flags].filter((flag) => !removed.includes(flag)))
}

type Decimal = Extract<SqlType, { kind: 'decimal' }>

function decimalDigits(sql: string, { precision, scale }: Decimal, part: Conversion): string {
  const digits = part.precision ?? 6
  const plain = `abs(CAST(${sql} AS DECIMAL(${Math.min(38, precision + 1)}, ${scale})))`
  if (digits < scale) {
    return `CAST(CAST(${plain} AS DECIMAL(${precision - scale + 1 + digits}, ${digits})) AS VARCHAR)`
  }
  if (digits === scale) return `CAST(${plain} AS VARCHAR)`
  const zeros = '0'.repeat(digits - scale)
  return `(CAST(${plain} AS VARCHAR) || '${scale === 0 ? '.' : ''}${zeros}')`
}

/** Digits with their sign, groups of three, and zeros up to the width. */
function signed(negative: string, digits: string, { flags, width = 0 }: Conversion): string {
  const grouped = flags.has(',') ? `ocg_grouped(${digits})` : digits
  const between = (before: string, after: string) => {
    const filled = flags.has('0') ? `ocg_zeros(${grouped}, ${width - before.length - after.length})` : grouped
    return `'${before}' || ${filled} || '${after}'`
  }
  const plus = flags.has('+') ? '+' : flags.has(' ') ? ' ' : ''
  const minus = flags.has('(') ? between('(', ')') : between('-', '')
  return `CASE WHEN ${negative} THEN ${minus} ELSE ${between(plus, '')} END`
}

/** Trino hands every whole number on as one of 64 bits, in two's complement. */
function bits(sql: string, { letter, flags, width = 0 }: Conversion): string {
  const digits =
    letter === 'o' ? `ocg_octal(${sql})` : letter === 'x' ? `lower(to_hex(${sql}))` : `to_hex(${sql})`
  const mark = flags.has('#') ? (letter === 'o' ? '0' : `0${letter}`) : ''
  return `('${mark}' || ${flags.has('0') ? `ocg_zeros(${digits}, ${width - mark.length})` : digits})`
}

function justified(text: string, { flags, width }: Conversion): string {
  if (width === undefined) return text
  return flags.has('-') ? `ocg_fill_right(${text}, ${width})` : `ocg_fill_left(${text}, ${width})`
}

export const formatRules: Rules = { format }
