import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { CheckedColumn, CheckedType, SqlChecker } from '../../ports/sqlChecker.js'
import { duckdbType, fieldName, quoteIdentifier } from './dialect/ddl.js'
import { ENGINE_SETTINGS, prepareParser, prepareQuery } from './dialect/gate.js'
import { MACROS } from './dialect/macros.js'
import { analyze } from './dialect/translate.js'
import { TranslateError } from './dialect/translateError.js'
import { type SqlType, typeName } from './dialect/types.js'

type Description = Awaited<ReturnType<SqlChecker['describe']>>

/**
 * Checks statements as Trino would, by parsing, resolving and typing them, and then by preparing what comes out on an
 * empty database of the engine that will run it. Nothing is executed.
 */
export async function createSqlChecker(): Promise<SqlChecker> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const statement of [...MACROS, ...ENGINE_SETTINGS]) await connection.run(statement)
  const made: MadeTables = new Map()
  let last: Promise<unknown> = Promise.resolve()

  let parser: Promise<DuckDBPreparedStatement> | undefined

  /** One at a time: the tables of the last schema stay until another one comes. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }

  async function describe(tables: readonly LakeTable[], sql: string): Promise<Description> {
    let translation: ReturnType<typeof analyze>
    try {
      translation = analyze(sql, tables)
    } catch (error) {
      if (!(error instanceof TranslateError)) throw error
      const { message, start, end } = error
      return { ok: false, message, at: { start, end } }
    }
    const problem = await inTurn(async () => {
      await makeTables(connection, tables, made)
      parser ??= prepareParser(connection)
      const names = tables.map((table) => table.name)
      return prepareProblem(connection, translation.sql, names, await parser)
    })
    if (problem) return { ok: false, message: problem }
    return {
      ok: true,
      columns: translation.columns.map(({ name, type }) => ({ name, type: checkedType(type) })),
    }
  }

  return {
    describe,
    async close() {
      await last
      const parsing = await parser
      parsing?.destroySync()
      connection.closeSync()
      instance.closeSync()
    },
  }
}

type MadeTables = Map<string, { readonly table: LakeTable; readonly columns: string }>

async function makeTables(
  connection: DuckDBConnection,
  tables: readonly LakeTable[],
  made: MadeTables,
): Promise<void> {
  for (const table of tables) {
    if (made.get(table.name)?.table === table) continue
    const name = quoteIdentifier(table.name)
    const columns = [
      ...table.columns.map((column) => `${quoteIdentifier(column.name)} ${duckdbType(column.type)}`),
      ...table.partitionColumns.map((column) => `${quoteIdentifier(column)} VARCHAR`),
    ].join(', ')
    if (made.get(table.name)?.columns !== columns) {
      made.delete(table.name)
      await connection.run(`CREATE OR REPLACE TABLE ${name} (${columns})`)
    }
    made.set(table.name, { table, columns })
  }
}

/**
 * What keeps the engine from preparing a statement; undefined when it can. A value that is wrong, such as a division by
 * zero, is no reason: it fails when the statement runs, here as on Athena.
 */
async function prepareProblem(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly string[],
  parser: DuckDBPreparedStatement,
): Promise<string | undefined> {
  try {
    const prepared = await prepareQuery(connection, sql, tables, parser)
    prepared.destroySync()
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/^(?:Conversion|Out of Range|Invalid Input) Error/.test(message)) return undefined
    return `The embedded engine can't run this statement${reason(message)}. Write it in another way.`
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/GROUP BY clause/i, ': a column is neither in GROUP BY nor in an aggregate function'],
  [/TRY can not be used/i, ': TRY does not go with rand(), now() and uuid()'],
  [/correlated/i, ': a correlated subquery stands where it is not supported'],
  [/aggregate function calls cannot be nested/i, ': aggregate functions are nested'],
  [/recursive/i, ': the recursive query is not supported in this form'],
  [
    /RANGE frames?/i,
    ': a RANGE frame with a distance needs exactly one ORDER BY expression of a fitting type',
  ],
]

function reason(message: string): string {
  return REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? ''
}

function checkedType(type: SqlType): CheckedType {
  switch (type.kind) {
    case 'unknown':
      return { kind: 'null' }
    case 'varchar':
    case 'uuid':
      return { kind: 'string' }
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return { kind: 'int' }
    case 'real':
    case 'double':
      return { kind: 'double' }
    case 'timestamp':
    case 'timestampTz':
      return { kind: 'timestamp' }
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'decimal':
    case 'json':
    case 'time':
      return { kind: type.kind }
    case 'array':
      return { kind: 'array', item: checkedType(type.item) }
    case 'map':
      return { kind: 'map', key: checkedType(type.key), value: checkedType(type.value) }
    case 'row': {
      const fields = type.fields.map((field, at): CheckedColumn => {
        return { name: fieldName(field, at), type: checkedType(field.type) }
      })
      return { kind: 'struct', fields }
    }
    default:
      return { kind: 'unknown', name: typeName(type) }
  }
}
