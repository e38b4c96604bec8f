import { didYouMean } from '../../errors/suggest.js'
import { isValidId, MAX_ID_BYTES } from '../../model/ids.js'
import type { Json } from '../../model/json.js'
import { parseScalar } from '../../model/scalars/parseScalar.js'
import {
  type Argument,
  type InsertValue,
  type JoinColumn,
  type JoinTable,
  type Project,
  SCALARS,
  type ScalarName,
  type TypeRef,
} from '../../model/types.js'
import { isTimeToLive } from '../isTimeToLive.js'
import type { InsertColumn, InsertExpression, InsertTree } from './parseInsert.js'
import { unknownArgument } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'
import { typeText } from './typeText.js'

/** Most columns of a join table that name their entity: with its data a relation is one transaction of 100 writes at most. */
export const MAX_ENTITY_COLUMNS = 49

/** Columns that every relation has, or that the system keeps for itself; in lower case. */
const RESERVED_COLUMNS = new Set(
  'relationid s3key createdat updatedat _rev _incarnation _deleted _day pk sk gsi1-pk gsi1-sk entitytype jointablename relatedentities'.split(
    ' ',
  ),
)

type Catalog = Pick<Project, 'entities' | 'enums'>

export interface CompiledInsert {
  readonly table: JoinTable
  readonly values: readonly InsertValue[]
  readonly problems: readonly SqlProblem[]
  /** False when a column has no type: then nothing is known of the table. */
  readonly columnsKnown: boolean
}

/** The join table that an INSERT declares and the values that it gives, or every mistake in them. */
export function compileInsert(tree: InsertTree, args: readonly Argument[], catalog: Catalog): CompiledInsert {
  const problems: SqlProblem[] = []
  const seen = new Map<string, InsertColumn>()
  const columns: (JoinColumn | undefined)[] = []
  for (const column of tree.columns) {
    const lower = column.name.toLowerCase()
    const same = seen.get(lower)
    if (same) {
      problems.push(
        problemAt(
          column,
          'OCG2032',
          `The column "${column.name}" is there already as "${same.name}".`,
          'Capitals make no difference in the names of columns.',
        ),
      )
    } else if (RESERVED_COLUMNS.has(lower)) {
      problems.push(
        problemAt(
          column,
          'OCG2032',
          `The name "${column.name}" is the system's in every join table.`,
          'Choose another name for the column.',
        ),
      )
    } else if (isTimeToLive(column.name, column.type.name)) {
      problems.push(
        problemAt(
          column,
          'OCG2032',
          `The column "${column.name}" is a number: on AWS, DynamoDB removes an item once the time in its attribute ${column.name} has come.`,
          'Choose another name for the column, such as endsAt, or the type AWSDateTime.',
        ),
      )
    } else if (column.name.startsWith('__')) {
      problems.push(
        problemAt(
          column,
          'OCG2032',
          `The name "${column.name}" begins with two underscores.`,
          'Choose another name for the column.',
        ),
      )
    }
    seen.set(lower, column)
    columns.push(resolveColumn(column, catalog, problems))
  }
  const entities = columns.filter((column) => column?.kind === 'entity').length
  if (entities === 0 && columns.every((column) => column !== undefined)) {
    problems.push(
      problemAt(
        tree.table,
        'OCG2033',
        `No column of the join table "${tree.table.name}" names an entity.`,
        'A relation connects entities: give at least one column the type of an entity, such as userId:User.',
      ),
    )
  }
  if (entities > MAX_ENTITY_COLUMNS) {
    problems.push(
      problemAt(
        tree.table,
        'OCG2033',
        `The join table "${tree.table.name}" has ${entities} columns that name an entity, and ${MAX_ENTITY_COLUMNS} are allowed.`,
      ),
    )
  }
  const values = resolveValues(tree, columns, args, catalog, problems)
  const known = columns.filter((column) => column !== undefined)
  return {
    table: { table: tree.table.name, columns: known },
    values,
    problems,
    columnsKnown: known.length === columns.length,
  }
}

function resolveColumn(
  column: InsertColumn,
  catalog: Catalog,
  problems: SqlProblem[],
): JoinColumn | undefined {
  const { name, nonNull } = column
  const type = column.type.name
  const entity = catalog.entities.find((one) => one.name === type)
  if (entity) return { kind: 'entity', name, entity: entity.table }
  if (isScalar(type)) return { kind: 'plain', name, type: { kind: 'scalar', name: type, nonNull } }
  if (catalog.enums.some((one) => one.name === type)) {
    return { kind: 'plain', name, type: { kind: 'enum', name: type, nonNull } }
  }
  const names = [...catalog.entities, ...catalog.enums].map((one) => one.name)
  problems.push(
    problemAt(
      column.type,
      'OCG2031',
      `The column "${name}" has the unknown type "${type}".`,
      didYouMean(type, [...names, ...SCALARS]) ?? 'A column has the type of an entity, a scalar or an enum.',
    ),
  )
  return undefined
}

function resolveValues(
  tree: InsertTree,
  columns: readonly (JoinColumn | undefined)[],
  args: readonly Argument[],
  catalog: Catalog,
  problems: SqlProblem[],
): InsertValue[] {
  if (tree.values.length !== columns.length) {
    problems.push(
      problemAt(
        tree.valuesAt,
        'OCG2034',
        `The statement has ${columns.length} columns and ${tree.values.length} values.`,
        'Give each column one value, in the same order.',
      ),
    )
  }
  const values: InsertValue[] = []
  for (const [index, value] of tree.values.entries()) {
    const written = tree.columns[index]
    const column = columns[index]
    if (value.kind === 'argument') {
      const argument = args.find((one) => one.name === value.name)
      if (!argument)
        problems.push(
          unknownArgument(
            value.name,
            value,
            args.map((one) => one.name),
          ),
        )
      else if (column) checkArgument(value, argument, column, catalog, problems)
      if (written) values.push({ column: written.name, arg: value.name })
    } else {
      const constant = column ? checkConstant(value, column, catalog, problems) : value.value
      if (written) values.push({ column: written.name, constant })
    }
  }
  return values
}

function checkArgument(
  value: InsertExpression,
  argument: Argument,
  column: JoinColumn,
  catalog: Catalog,
  problems: SqlProblem[],
): void {
  const { type } = argument
  const wanted: TypeRef =
    column.kind === 'entity' ? { kind: 'scalar', name: 'ID', nonNull: true } : column.type
  const idText = type.kind === 'scalar' && (type.name === 'ID' || type.name === 'String')
  const fits = column.kind === 'entity' ? idText : argumentFits(type, column.type)
  if (!fits) {
    const subject =
      column.kind === 'entity' ? `the id of ${entityName(column.entity, catalog)}` : `${typeText(wanted)}`
    problems.push(
      problemAt(
        value,
        'OCG2035',
        `The column "${column.name}" takes ${subject}, but $args.${argument.name} is ${typeText(type)}.`,
        `Declare the argument as ${argument.name}: ${typeText(wanted)}.`,
      ),
    )
  } else if (wanted.nonNull && !type.nonNull) {
    problems.push(
      problemAt(
        value,
        'OCG2035',
        `The column "${column.name}" is never null, but $args.${argument.name} is ${typeText(type)} and may be.`,
        `Declare the argument as ${argument.name}: ${typeText(type)}!.`,
      ),
    )
  }
}

/** Whether every value of the argument is one of the column. */
function argumentFits(from: TypeRef, to: JoinColumnType): boolean {
  if (to.kind === 'enum') return from.kind === 'enum' && from.name === to.name
  if (from.kind === 'enum') return to.name === 'String'
  if (from.kind !== 'scalar') return false
  if (from.name === to.name) return true
  switch (to.name) {
    case 'String':
      return STRING_SCALARS.has(from.name)
    case 'ID':
      return from.name === 'String'
    case 'Float':
      return from.name === 'Int' || from.name === 'AWSTimestamp'
    case 'AWSTimestamp':
      return from.name === 'Int'
    default:
      return false
  }
}

type JoinColumnType = Extract<JoinColumn, { kind: 'plain' }>['type']

const STRING_SCALARS = new Set<ScalarName>(
  SCALARS.filter((name) => !['Int', 'Float', 'Boolean', 'AWSTimestamp'].includes(name)),
)

/** The constant as it is stored, after a check of its fit. */
function checkConstant(
  value: Extract<InsertExpression, { kind: 'constant' }>,
  column: JoinColumn,
  catalog: Catalog,
  problems: SqlProblem[],
): Json {
  const report = (message: string, hint?: string) => problems.push(problemAt(value, 'OCG2035', message, hint))
  const { name } = column
  if (value.value === null) {
    const nonNull = column.kind === 'entity' || column.type.nonNull
    if (nonNull) report(`The column "${name}" is never null.`)
    return null
  }
  if (column.kind === 'entity') {
    if (typeof value.value !== 'string') {
      report(
        `The column "${name}" takes an id, and ${value.text} is none.`,
        `Write the id as a text: '${value.text}'.`,
      )
    } else if (!isValidId(value.value)) {
      report(`The column "${name}" takes an id: 1 to ${MAX_ID_BYTES} UTF-8 bytes without control characters.`)
    }
    return value.value
  }
  const { type } = column
  if (type.kind === 'scalar') {
    const result = parseScalar(type.name, value.value)
    if (!result.ok) report(`The value of the column "${name}" does not fit: ${result.message}`)
    return result.ok ? result.value : null
  }
  const names = catalog.enums.find((one) => one.name === type.name)?.values ?? []
  if (typeof value.value !== 'string' || !names.includes(value.value)) {
    const near = didYouMean(String(value.value), names, (one) => `'${one}'`)
    report(`${value.text} is no value of ${type.name}.`, near ?? `Its values are ${names.join(', ')}.`)
  }
  return value.value
}

function entityName(table: string, catalog: Catalog): string {
  return catalog.entities.find((one) => one.table === table)?.name ?? table
}

function isScalar(name: string): name is ScalarName {
  return (SCALARS as readonly string[]).includes(name)
}
