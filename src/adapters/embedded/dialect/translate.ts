import type { LakeTable, LakeType } from '../../../model/lakeSchema.js'
import { parseStatement } from '../../../trino/parseStatement.js'
import { TrinoSyntaxError } from '../../../trino/syntaxError.js'
import { quoteIdentifier } from './ddl.js'
import type { Environment, NamedRelation, Translator } from './environment.js'
import { TranslateError } from './translateError.js'
import { translateExpression } from './translateExpression.js'
import { translateBody, translateQuery } from './translateQuery.js'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INTEGER,
  type SqlType,
  TIMESTAMP,
  typeName,
  VARCHAR,
} from './types.js'

const TRANSLATOR: Translator = {
  expression: translateExpression,
  query: translateQuery,
  body: translateBody,
}

export interface Translation {
  /** One SELECT in DuckDB's dialect. */
  readonly sql: string
  /** Columns of the result with the names that the statement gives them and their types in Trino. */
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[]
}

/**
 * Translates one SELECT of Trino's dialect into DuckDB's, over these tables and no others.
 *
 * The statement is parsed, its names are resolved and its types derived by Trino's rules, and DuckDB's SQL is written
 * from that: no text of the statement reaches DuckDB but literals and the names of result columns, both quoted. Throws
 * `TranslateError` for what Trino would refuse, and for what could answer otherwise on Athena.
 *
 * @example
 * translate('SELECT 7 / 2 AS half', []) // SELECT (CAST(7 AS INTEGER) // 2) AS "half"
 */
export function translate(sql: string, tables: readonly LakeTable[]): string {
  return analyze(sql, tables).sql
}

/** As `translate`, with the columns of the result. */
export function analyze(sql: string, tables: readonly LakeTable[]): Translation {
  let query: ReturnType<typeof parseStatement>
  try {
    query = parseStatement(sql)
  } catch (error) {
    if (error instanceof TrinoSyntaxError) throw new TranslateError(error.message, error)
    throw error
  }
  let counter = 0
  const environment: Environment = {
    scope: { columns: [] },
    relations: new Map(tables.map((table) => [table.name.toLowerCase(), tableRelation(table)])),
    translator: TRANSLATOR,
    references: [],
    fresh: (prefix) => `${prefix}${++counter}`,
  }
  const translated = translateQuery(query, environment, true)
  for (const { label, type } of translated.columns) requireTextKeys(label, type, query)
  return {
    sql: translated.sql,
    columns: translated.columns.map((column) => ({ name: column.label, type: column.type })),
  }
}

/** Kinds whose values the engines write alike as the names of a JSON object. */
const TEXT_KEYS = new Set([
  'varchar',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'boolean',
  'date',
  'uuid',
  'unknown',
])

function requireTextKeys(label: string, type: SqlType, span: { start: number; end: number }): void {
  if (type.kind === 'array') requireTextKeys(label, type.item, span)
  if (type.kind === 'row') for (const field of type.fields) requireTextKeys(label, field.type, span)
  if (type.kind !== 'map') return
  if (!TEXT_KEYS.has(type.key.kind)) {
    const message = `The result's column ${label} is a map whose keys are of type ${typeName(type.key)}: CAST them to varchar with transform_keys.`
    throw new TranslateError(message, span)
  }
  requireTextKeys(label, type.value, span)
}

function tableRelation(table: LakeTable): NamedRelation {
  const known = RELATIONS.get(table)
  if (known) return known
  const columns = [
    ...table.columns.map((column) => ({ label: column.name, type: sqlType(column.type) })),
    ...table.partitionColumns.map((label) => ({ label, type: VARCHAR })),
  ]
  const relation = {
    sql: quoteIdentifier(table.name),
    // JSON has no NaN, so that no entity has.
    columns: columns.map((column) => ({ ...column, name: quoteIdentifier(column.label), finite: true })),
  }
  RELATIONS.set(table, relation)
  return relation
}

/** Tables stay as they are, and each statement asks for all of them. */
const RELATIONS = new WeakMap<LakeTable, NamedRelation>()

const SIMPLE_TYPES: Readonly<Record<Exclude<LakeType['kind'], 'array' | 'struct'>, SqlType>> = {
  string: VARCHAR,
  int: INTEGER,
  bigint: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  timestamp: TIMESTAMP,
  date: DATE,
}

/** Trino's type of a lake column. */
function sqlType(type: LakeType): SqlType {
  if (type.kind === 'array') return arrayOf(sqlType(type.item))
  if (type.kind !== 'struct') return SIMPLE_TYPES[type.kind]
  return {
    kind: 'row',
    fields: type.fields.map((field) => ({ name: field.name, type: sqlType(field.type) })),
  }
}
