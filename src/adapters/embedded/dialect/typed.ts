import { duckdbTypeOf, fieldName, quoteIdentifier, quoteString } from './ddl.js'
import { commonType, isFloating, isInteger, type SqlType, sameType, UNKNOWN, VARCHAR } from './types.js'

/** A piece of DuckDB's SQL that is one operand (composite ones stand in parentheses), with its type in Trino. */
export interface Typed {
  readonly sql: string
  readonly type: SqlType
  /**
   * SQL of the zone that a timestamp with time zone is shown in; absent means UTC. DuckDB keeps the instant only, so
   * what depends on the zone is translated where the zone is still known, and refused elsewhere.
   */
  readonly zone?: string
  /** The value, when it is a string literal: masks and patterns are translated with the statement. */
  readonly text?: string
  /** Set when it is a whole number written in the statement. */
  readonly integer?: bigint
  /** Set for NULL in a type of its own, such as `CAST(NULL AS varchar)`. */
  readonly isNull?: boolean
  /** Set for a double, or what holds doubles, that is neither NaN nor infinite: tables hold no others. */
  readonly finite?: boolean
  /** Set for a double, or what holds doubles, that is not NaN. */
  readonly number?: boolean
  /** The values of a row that is written in the statement. */
  readonly items?: readonly Typed[]
  /** Set for an interval written in the statement: whether it is a whole number of days. */
  readonly wholeDays?: boolean
}

export function typed(sql: string, type: SqlType): Typed {
  return { sql, type }
}

export function textLiteral(text: string): Typed {
  return { sql: quoteString(text), type: VARCHAR, text }
}

/** Whether a value is, or holds, a double or real that may be NaN. */
export function mayBeNan(value: Typed): boolean {
  return !value.finite && !value.number && holdsFloating(value.type)
}

function holdsFloating(type: SqlType): boolean {
  if (type.kind === 'array') return holdsFloating(type.item)
  if (type.kind === 'map') return holdsFloating(type.key) || holdsFloating(type.value)
  if (type.kind === 'row') return type.fields.some((field) => holdsFloating(field.type))
  return isFloating(type)
}

/** What is known of the doubles that a value of a certain kind holds; `values` are all that it is made of. */
export function knownOf(values: readonly Typed[]): { readonly finite?: true; readonly number?: true } {
  if (values.every((value) => value.finite || !holdsFloating(value.type))) return { finite: true }
  return values.every((value) => !mayBeNan(value)) ? { number: true } : {}
}

/** The value in another type that coercion leads to, with what is known of its doubles. */
export function coerced(value: Typed, to: SqlType): Typed {
  const { items } = value
  const fields = to.kind === 'row' ? to.fields : []
  const parts = items?.map((item, at) => coerced(item, (fields[at] as (typeof fields)[number]).type))
  return { sql: coerce(value, to), type: to, ...knownOf([value]), ...(parts && { items: parts }) }
}

export const NULL: Typed = { sql: 'NULL', type: UNKNOWN }

/** The value as SQL of another type, which Trino's rules of coercion lead to. The caller has checked that they do. */
export function coerce(value: Typed, to: SqlType): string {
  const { sql, type: from } = value
  if (sameType(from, to) || to.kind === 'unknown') return sql
  if (from.kind === 'unknown') return `CAST(NULL AS ${duckdbTypeOf(to)})`
  if (value.integer !== undefined && to.kind === 'bigint') return `CAST(${sql} AS BIGINT)`
  return convert(sql, from, to)
}

/** The value of a type in another type of the same shape, fields of rows by their position. */
function convert(sql: string, from: SqlType, to: SqlType): string {
  if (duckdbTypeOf(from) === duckdbTypeOf(to)) return sql
  if (from.kind === 'row' && to.kind === 'row') {
    const fields = to.fields.map((field, at) => {
      const source = from.fields[at] as (typeof from.fields)[number]
      const value = `(${sql}).${quoteIdentifier(fieldName(source, at))}`
      return `${quoteIdentifier(fieldName(field, at))} := ${convert(value, source.type, field.type)}`
    })
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`
  }
  if (from.kind === 'array' && to.kind === 'array' && holdsRow(to.item)) {
    return `list_transform(${sql}, lambda ocg_item: ${convert('ocg_item', from.item, to.item)})`
  }
  if (from.kind === 'decimal' && isFloating(to)) return `CAST(${sql} AS DOUBLE)`
  return `CAST(${sql} AS ${duckdbTypeOf(to)})`
}

function holdsRow(type: SqlType): boolean {
  return type.kind === 'row' || (type.kind === 'array' && holdsRow(type.item))
}

/** The type that all values take together; undefined when there is none. */
export function commonTypeOf(values: readonly Typed[]): SqlType | undefined {
  let type: SqlType | undefined = UNKNOWN
  for (const value of values) type = type && commonType(type, value.type)
  return type
}

/** SQL that fails with a message when a condition holds, and is the value otherwise. DuckDB's own `error()` can't stand in TRY. */
export function failWhen(condition: string, message: string, otherwise: string): string {
  return `CASE ${failure(condition, message)} ELSE ${otherwise} END`
}

/** The failure as the WHEN of a CASE; the WHENs after it are for the rows that pass. */
export function failure(condition: string, message: string): string {
  return `WHEN ${condition} THEN ${fail(message)}`
}

/**
 * SQL of every type that fails where a row comes to it. It is no condition of a CASE, since DuckDB computes conditions
 * of constants before it knows of any row, and lets their failures out.
 */
function fail(message: string): string {
  return `[NULL][CAST(${quoteString(`${FAILURE_MARK}${message}`)} AS BIGINT)]`
}

/** A longer operand than this is computed under a name rather than written several times. */
const LONGEST_REPEATED = 150

/**
 * SQL that uses operands several times, each of them computed once: without it the text of nested operators would grow
 * with the power of their depth.
 */
export function once(operands: readonly string[], body: (...names: string[]) => string): string {
  if (operands.every((operand) => operand.length <= LONGEST_REPEATED)) return body(...operands)
  const fields = operands.map((operand, at) => `a${at} := ${operand}`).join(', ')
  const names = operands.map((_, at) => `ocg_once.a${at}`)
  return `list_transform([struct_pack(${fields})], lambda ocg_once: ${body(...names)})[1]`
}

/** A call of a macro that uses its arguments many times: longer ones than a name are computed once, before it. */
export function applied(macro: string, ...args: readonly string[]): string {
  const call = (...names: string[]) => `${macro}(${names.join(', ')})`
  if (args.every((arg) => arg.length <= LONGEST_NAME)) return call(...args)
  const fields = args.map((arg, at) => `a${at} := ${arg}`).join(', ')
  return `list_transform([struct_pack(${fields})], lambda ocg_arg: ${call(...args.map((_, at) => `ocg_arg.a${at}`))})[1]`
}

const LONGEST_NAME = 40

/** Stands before the texts of failures that this translation raises. */
export const FAILURE_MARK = 'ocg: '

/** A date or time without a zone, as its fields are shown: what `hour`, `date_format` and CAST look at. */
export function localTime(value: Typed): string {
  if (value.type.kind !== 'timestampTz') return value.sql
  return `timezone(${value.zone ?? "'UTC'"}, ${value.sql})`
}

/** A whole number as DuckDB's 64 bits. */
export function asBigint(value: Typed): string {
  return isInteger(value.type) && value.type.kind !== 'bigint' && value.integer === undefined
    ? `CAST(${value.sql} AS BIGINT)`
    : value.sql
}
