import { buildPieces } from '../../src/compiler/sql/pieces.js'
import { selectAsText } from '../../src/compiler/sql/selectAsText.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'
import type { ResultColumn } from '../../src/model/types.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import type { SqlEngine } from '../../src/ports/sqlEngine.js'
import { lex } from '../../src/trino/lex.js'
import { parseStatement } from '../../src/trino/parseStatement.js'

export interface FittingStatement {
  readonly sql: string
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
  const text = selectAsText(
    parseStatement(sql),
    buildPieces(sql, lex(sql).tokens, []).pieces,
    described.columns,
  )
  if ('code' in text) throw new Error(text.message)
  const parts = engine.resultForm === 'text' ? text.textSql : undefined
  return {
    sql: parts ? parts.map((part) => ('text' in part ? part.text : '')).join('') : sql,
    columns: text.columns,
  }
}
