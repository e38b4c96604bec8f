import { markTables } from '../../src/compiler/sql/markTables.js'
import { buildPieces, templateOf } from '../../src/compiler/sql/pieces.js'
import { resolveNames } from '../../src/compiler/sql/resolveNames.js'
import { selectAsText } from '../../src/compiler/sql/selectAsText.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'
import type { ResultColumn, SqlTemplate } from '../../src/model/types.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import type { SqlEngine } from '../../src/ports/sqlEngine.js'
import { lex } from '../../src/trino/lex.js'
import { parseStatement } from '../../src/trino/parseStatement.js'

export interface FittingStatement {
  readonly sql: string
  /** The same, with the places where it refers to tables. */
  readonly template: SqlTemplate
  /** Lake names of the tables that it reads. */
  readonly tables: readonly string[]
  readonly columns: readonly ResultColumn[]
}

/** A statement without arguments in the form that suits an engine, as the compiler makes it. */
export async function statementFor(
  engine: Pick<SqlEngine, 'resultForm'>,
  sql: string,
  tables: readonly LakeTable[],
  checker: SqlChecker,
): Promise<FittingStatement> {
  const described = await checker.describe(tables, sql)
  if (!described.ok) throw new Error(described.message)
  const query = parseStatement(sql)
  const catalog = { tables: new Map(tables.map((table) => [table.name, table])), broken: new Set<string>() }
  const resolved = resolveNames(query, catalog)
  const pieces = markTables(buildPieces(sql, lex(sql).tokens, []).pieces, query, resolved.references)
  const text = selectAsText(query, pieces, described.columns)
  if ('code' in text) throw new Error(text.message)
  const asText = engine.resultForm === 'text' ? text.textSql : undefined
  const template = asText ?? templateOf(pieces)
  return { sql: asText ? textOf(template) : sql, template, tables: resolved.tables, columns: text.columns }
}

/** A template without arguments as SQL. */
export function textOf(template: SqlTemplate): string {
  return template.map((part) => ('text' in part ? part.text : '')).join('')
}
