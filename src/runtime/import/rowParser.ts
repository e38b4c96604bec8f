import { didYouMean } from '../../errors/suggest.js'
import type { ModelSlice } from '../../model/functions.js'
import { isValidId, MAX_ID_BYTES } from '../../model/ids.js'
import type { Json } from '../../model/json.js'
import { dateTimeToMillis } from '../../model/scalars/dateTime.js'
import { hasSystemTimeForm } from '../../model/scalars/systemTimeForm.js'
import { systemTime } from '../times.js'
import { type ValueParser, valueParser } from './valueParser.js'

/** A valid row. Values are as the API would store them. */
export interface ParsedRow {
  readonly id: string | undefined
  /** System times, see `systemTime`. */
  readonly createdAt: string | undefined
  readonly updatedAt: string | undefined
  /** By name, without the system's own. A column without a value is null or absent. */
  readonly values: Readonly<Record<string, Json>>
}

export type ParsedRowResult =
  | { readonly ok: true; readonly row: ParsedRow }
  /** A sentence that names the column. */
  | { readonly ok: false; readonly message: string }

export interface RowParser {
  /** Lake name. */
  readonly table: string
  /** Names of all columns that a row may have, the system's too. */
  readonly columns: readonly string[]
  parse(values: Readonly<Record<string, unknown>>): ParsedRowResult
  /** What is wrong with the columns of a file, apart from its rows; undefined when nothing is. */
  checkHeader(columns: readonly string[]): string | undefined
}

export interface RowParserOptions {
  /** `json`: values have their JSON types. `text`: all are texts, as in CSV, and take the type of their column. */
  readonly form: 'json' | 'text'
  /** First and last year of a `createdAt`. */
  readonly years: { readonly first: number; readonly last: number }
}

/** Columns of a join table that follow from the others: an export of another tool may have them. */
const DERIVED = new Set(['relationId', 's3Key'])

/** Makes the parser of a table's rows. Undefined when the model has no such table; names match without regard to case. */
export function rowParser(
  project: ModelSlice,
  name: string,
  options: RowParserOptions,
): RowParser | undefined {
  const shape = tableShape(project, name.toLowerCase(), options.form)
  if (!shape) return undefined
  const { table, columns, derived } = shape
  const names = [...columns.keys()]
  const required = names.filter((column) => columns.get(column)?.required)
  // A column may be called `constructor`: then an absent one must not be found on the prototype.
  const needsBare = names.some((column) => column in {})
  const unknownColumn = (column: string): string => {
    const hint = didYouMean(column, names, (one) => `'${one}'`)
    return `There is no column '${column}' in ${table}.${hint ? ` ${hint}` : ` It has ${names.join(', ')}.`}`
  }

  return {
    table,
    columns: names,
    parse(input) {
      const values: Record<string, Json> = needsBare ? Object.create(null) : {}
      const system: { id?: string; createdAt?: string; updatedAt?: string } = {}
      for (const name in input) {
        const column = columns.get(name)
        if (!column) {
          if (derived.has(name)) continue
          return { ok: false, message: unknownColumn(name) }
        }
        const result = column.parse(input[name])
        if (!result.ok) return { ok: false, message: `${name}${result.path}: ${result.message}` }
        if (result.value === null) continue
        if (column.system === undefined) {
          values[name] = result.value
          continue
        }
        const checked = systemValue(column.system, result.value as string, options.years)
        if (!checked.ok) return { ok: false, message: `${name}: ${checked.message}` }
        system[column.system] = checked.value
      }
      for (const name of required) {
        if (values[name] === undefined)
          return { ok: false, message: `${name}: The column is required and has no value.` }
      }
      const { id, createdAt, updatedAt } = system
      return { ok: true, row: { id, createdAt, updatedAt, values } }
    },

    checkHeader(header) {
      for (const [index, name] of header.entries()) {
        if (!columns.has(name) && !derived.has(name)) return unknownColumn(name)
        if (header.indexOf(name) !== index) return `The column '${name}' occurs twice.`
      }
      const missing = required.filter((name) => !header.includes(name))
      if (missing.length === 0) return undefined
      const list = missing.map((name) => `'${name}'`).join(', ')
      return `The required ${missing.length === 1 ? 'column' : 'columns'} ${list} of ${table} ${missing.length === 1 ? 'is' : 'are'} missing.`
    },
  }
}

interface Column {
  readonly parse: ValueParser
  readonly required: boolean
  readonly system?: 'id' | 'createdAt' | 'updatedAt'
}

interface TableShape {
  readonly table: string
  readonly columns: ReadonlyMap<string, Column>
  readonly derived: ReadonlySet<string>
}

const TIME = { kind: 'scalar', name: 'AWSDateTime', nonNull: false } as const
const ID = { kind: 'scalar', name: 'ID', nonNull: false } as const

function tableShape(project: ModelSlice, name: string, form: 'json' | 'text'): TableShape | undefined {
  const system = (column: 'id' | 'createdAt' | 'updatedAt'): [string, Column] => {
    const parse = valueParser(project, column === 'id' ? ID : TIME, form)
    return [column, { parse, required: false, system: column }]
  }
  const entity = project.entities.find(({ table }) => table === name)
  if (entity) {
    const own = entity.fields.map(({ name, type }): [string, Column] =>
      name === 'id' || name === 'createdAt' || name === 'updatedAt'
        ? system(name)
        : [name, { parse: valueParser(project, { ...type, nonNull: false }, form), required: type.nonNull }],
    )
    return { table: entity.table, columns: new Map(own), derived: new Set() }
  }
  const joinTable = project.joinTables.find(({ table }) => table === name)
  if (!joinTable) return undefined
  const own = joinTable.columns.map((column): [string, Column] => {
    const type = column.kind === 'entity' ? ID : { ...column.type, nonNull: false }
    const required = column.kind === 'entity' || column.type.nonNull
    return [column.name, { parse: valueParser(project, type, form), required }]
  })
  return { table: joinTable.table, columns: new Map([...own, system('createdAt')]), derived: DERIVED }
}

function systemValue(
  column: 'id' | 'createdAt' | 'updatedAt',
  text: string,
  years: RowParserOptions['years'],
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string } {
  if (column === 'id') {
    if (isValidId(text)) return { ok: true, value: text }
    return { ok: false, message: `An id has 1 to ${MAX_ID_BYTES} UTF-8 bytes without control characters.` }
  }
  const value = hasSystemTimeForm(text) ? text : systemTime(dateTimeToMillis(text))
  const year = Number(value.slice(0, 4))
  if (column === 'updatedAt' || (year >= years.first && year <= years.last)) return { ok: true, value }
  return {
    ok: false,
    message: `The year ${year} is outside the years ${years.first} to ${years.last} of the lake.`,
  }
}
