import { type Explanation, explainStatement } from '../../adapters/embedded/explainStatement.js'
import { resolveNames } from '../../compiler/sql/resolveNames.js'
import { typeText } from '../../compiler/sql/typeText.js'
import type { JsonObject } from '../../model/json.js'
import { lakeTables } from '../../model/lakeSchema.js'
import type { DeleteStatement, Project, SelectStatement } from '../../model/types.js'
import { bindStatement } from '../../runtime/statements/bindStatement.js'
import { parseStatement } from '../../trino/parseStatement.js'

export interface StatementExplanation extends Explanation {
  readonly statement: string
  readonly kind: 'select' | 'delete'
  /** A DELETE is always a task. */
  readonly mode: 'TASK' | 'SYNC'
  /** Values that are bound, defaults among them. */
  readonly arguments: JsonObject
  /** The bound statement in Trino's dialect. */
  readonly sql: string
  /** What Athena gets, where it is another one: arrays and rows come as JSON texts. */
  readonly athenaSql?: string
  /** Columns that are read, by table. */
  readonly reads: Readonly<Record<string, readonly string[]>>
  /** Type of the field: `[Rated!]!`. */
  readonly returns: string
}

/** All that is known of a statement with these values. Throws `AppError` for a value that can't be bound. */
export async function explanationOf(
  project: Project,
  statement: SelectStatement | DeleteStatement,
  values: JsonObject,
  folder: string,
): Promise<StatementExplanation> {
  const tables = lakeTables(project)
  const bind = (template: SelectStatement['sql']) => bindStatement(template, statement.args, values, project)
  const sql = bind(statement.sql)
  const isSelect = statement.kind === 'select'
  const textSql = isSelect && statement.textSql ? bind(statement.textSql) : undefined
  const names = { tables: new Map(tables.map((table) => [table.name, table])), broken: new Set<string>() }
  const { reads, tables: read } = resolveNames(parseStatement(sql), names)
  return {
    statement: statement.name,
    kind: statement.kind,
    mode: isSelect ? statement.mode : 'TASK',
    arguments: values,
    sql,
    ...(textSql !== undefined && { athenaSql: textSql }),
    // A table of which only rows are counted is read as well.
    reads: Object.fromEntries(read.map((table) => [table, reads.get(table) ?? []])),
    returns: isSelect ? typeText(statement.returns) : 'Boolean',
    ...(await explainStatement(sql, tables, folder)),
  }
}
