import { didYouMean } from '../../errors/suggest.js'
import type { Field, Project, ScalarName, TypeRef } from '../../model/types.js'
import type { CheckedColumn, CheckedType } from '../../ports/sqlChecker.js'
import type { Token } from '../../trino/lex.js'
import { nestedType } from './nestedType.js'
import { isWord } from './pieces.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'
import { typeText } from './typeText.js'

type Types = Pick<Project, 'valueTypes' | 'responseTypes'>

/** A column of a result; its type is undefined when no engine was asked. */
export interface SeenColumn {
  /** '' when it has no name that a statement gave it. */
  readonly name: string
  readonly type: CheckedType | undefined
  /** It is a bigint that counts things, and so no text: `count(*)`. */
  readonly isCount?: boolean
  /** Where the statement names it, as far as that is known. */
  readonly at?: Span
}

/**
 * Compares the columns of a SELECT with the type that its field declares. Objects find their columns by name, without
 * regard to case; everything else takes the first. Columns that no field asks for are nobody's concern.
 */
export function checkResult(
  columns: readonly SeenColumn[],
  returns: TypeRef,
  types: Types,
  tokens: readonly Token[],
): SqlProblem[] {
  const type = returns.kind === 'list' ? returns.item : returns
  const whole: Span = tokens[0] ?? { start: 0, end: 1 }
  if (type.kind !== 'response' && type.kind !== 'value') {
    const first = columns[0]
    if (!first?.type || takes(type, first, types)) return []
    return [misfit(placeOf(first, tokens, whole), columnName(first.name), first.type, type)]
  }
  const problems: SqlProblem[] = []
  for (const field of fieldsOf(type, types)) {
    const matching = columns.filter(({ name }) => name.toLowerCase() === field.name.toLowerCase())
    const [column] = matching
    if (!column) {
      problems.push(missing(field, type.name, columns, whole))
    } else if (matching.length > 1) {
      problems.push(
        problemAt(
          placeOf(matching.at(-1) ?? column, tokens, whole),
          'OCG2063',
          `The result has ${matching.length} columns named "${field.name}", and the field ${type.name}.${field.name} needs one.`,
          'Name only one of them so, with AS.',
        ),
      )
    } else if (column.type && !takes(field.type, column, types)) {
      const place = placeOf(column, tokens, whole)
      problems.push(
        misfit(place, columnName(column.name), column.type, field.type, `${type.name}.${field.name}`),
      )
    }
  }
  return problems
}

/** Names given by the statement; the engine's own names for expressions are none. */
export function seenColumns(
  output: readonly string[] | undefined,
  checked: readonly CheckedColumn[] | undefined,
  places?: readonly Span[],
): readonly SeenColumn[] | undefined {
  const placed = (index: number) => {
    const at = places?.[index]
    return at ? { at } : {}
  }
  if (!checked) return output?.map((name, index) => ({ name, type: undefined, ...placed(index) }))
  return checked.map(({ name, type }, index) => {
    // Where the statement names the column, its name counts; engines differ in how they call the others.
    const own = output?.length === checked.length ? output[index] : undefined
    return { name: own ?? name, type, ...placed(index) }
  })
}

function missing(field: Field, owner: string, columns: readonly SeenColumn[], span: Span): SqlProblem {
  const names = columns.map(({ name }) => name).filter((name) => name !== '')
  const unnamed = columns.length - names.length
  const found = [
    ...(names.length > 0 ? [names.join(', ')] : []),
    ...(unnamed > 0 ? [`${unnamed} without a name`] : []),
  ].join(' and ')
  const near = didYouMean(field.name, names, (name) => `${name} AS ${field.name}`)
  return problemAt(
    span,
    'OCG2061',
    `The result has no column for the field ${owner}.${field.name}. Its columns are: ${found}.`,
    near ?? `Name a column with AS ${field.name}.`,
  )
}

function misfit(span: Span, column: string, found: CheckedType, wanted: TypeRef, field?: string): SqlProblem {
  const target = field
    ? `the field ${field} is ${typeText(wanted)}`
    : `the declared type is ${typeText(wanted)}`
  return problemAt(
    span,
    'OCG2062',
    `${column} is ${checkedText(found)}, but ${target}.`,
    conversionHint(found, wanted),
  )
}

function conversionHint(found: CheckedType, wanted: TypeRef): string {
  if (found.kind === 'null') return 'Select a value, or make the declared type nullable.'
  if (wanted.kind === 'list' || found.kind === 'array')
    return 'One of them is a list: change the statement or the type.'
  if (wanted.kind !== 'scalar' && wanted.kind !== 'enum') return 'Change the statement or the type.'
  const sql = wanted.kind === 'enum' ? 'varchar' : CASTS[wanted.name]
  return `Convert it with CAST(… AS ${sql}), or change the declared type.`
}

const CASTS: Readonly<Record<ScalarName, string>> = {
  ID: 'varchar',
  String: 'varchar',
  Int: 'integer',
  Float: 'double',
  Boolean: 'boolean',
  AWSDateTime: 'timestamp',
  AWSDate: 'date',
  AWSTime: 'varchar',
  AWSTimestamp: 'bigint',
  AWSEmail: 'varchar',
  AWSJSON: 'varchar',
  AWSURL: 'varchar',
  AWSPhone: 'varchar',
  AWSIPAddress: 'varchar',
}

/**
 * What each scalar takes. A bigint counts as Int, because every count is one; its range is checked at run time. As String
 * it keeps all its digits, and so does a decimal. AWSJSON takes arrays, rows and maps besides.
 */
const TAKES: Readonly<Record<ScalarName, readonly CheckedType['kind'][]>> = {
  ID: ['string', 'int', 'bigint'],
  String: ['string', 'bigint', 'decimal', 'json'],
  Int: ['int', 'bigint'],
  Float: ['double', 'decimal', 'int', 'bigint'],
  Boolean: ['boolean'],
  AWSDateTime: ['timestamp'],
  AWSDate: ['date'],
  AWSTime: ['string', 'time'],
  AWSTimestamp: ['bigint', 'int'],
  AWSEmail: ['string'],
  AWSJSON: ['string', 'json', 'int', 'bigint', 'double', 'decimal', 'boolean'],
  AWSURL: ['string'],
  AWSPhone: ['string'],
  AWSIPAddress: ['string'],
}

/** Whether a place takes a column. A number with more digits than any other type has is taken as text, a count is not. */
function takes(wanted: TypeRef, { type, isCount }: SeenColumn, types: Types): boolean {
  if (!type) return true
  if (isCount && wanted.kind === 'scalar' && wanted.name === 'String') return false
  return fits(wanted, type, types)
}

function fits(wanted: TypeRef, found: CheckedType, types: Types): boolean {
  if (found.kind === 'null') return !wanted.nonNull
  switch (wanted.kind) {
    case 'list':
      return found.kind === 'array' && fits({ ...wanted.item, nonNull: false }, found.item, types)
    case 'enum':
      return found.kind === 'string'
    case 'scalar':
      if (wanted.name === 'AWSJSON' && nestedType(found)) return true
      return TAKES[wanted.name].includes(found.kind)
    case 'value':
    case 'response':
      return (
        found.kind === 'struct' &&
        fieldsOf(wanted, types).every((field) => {
          const part = found.fields.find(({ name }) => name.toLowerCase() === field.name.toLowerCase())
          return part !== undefined && fits({ ...field.type, nonNull: false }, part.type, types)
        })
      )
  }
}

function fieldsOf(type: TypeRef, types: Types): readonly Field[] {
  if (type.kind === 'response') return types.responseTypes.find((one) => one.name === type.name)?.fields ?? []
  if (type.kind === 'value') return types.valueTypes.find((one) => one.name === type.name)?.fields ?? []
  return []
}

/** A type as Trino calls it. */
function checkedText(type: CheckedType): string {
  switch (type.kind) {
    case 'string':
      return 'varchar'
    case 'int':
      return 'integer'
    case 'array':
      return `array(${checkedText(type.item)})`
    case 'map':
      return `map(${checkedText(type.key)}, ${checkedText(type.value)})`
    case 'struct':
      return `row(${type.fields.map((field) => `${field.name} ${checkedText(field.type)}`).join(', ')})`
    case 'unknown':
      return type.name
    default:
      return type.kind
  }
}

function columnName(name: string): string {
  return name === '' ? 'The first column' : `The column "${name}"`
}

/** Where a column gets its name: behind AS, else its first use. The beginning when it is nowhere to be seen. */
function placeOf({ name, at }: SeenColumn, tokens: readonly Token[], whole: Span): Span {
  if (at) return at
  const lower = name.toLowerCase()
  const uses = tokens.filter(
    (token) =>
      (token.kind === 'identifier' || token.kind === 'quotedIdentifier') &&
      token.value.toLowerCase() === lower,
  )
  return uses.find((token) => isWord(tokens[tokens.indexOf(token) - 1], 'AS')) ?? uses[0] ?? whole
}
