import type { DeleteStatement, SelectStatement, SqlTemplate } from '../../model/types.js'
import type { SqlEngine } from '../../ports/sqlEngine.js'

/** A statement in the form that suits an engine. */
export function sqlFor(
  engine: Pick<SqlEngine, 'resultForm'>,
  statement: SelectStatement | DeleteStatement,
): SqlTemplate {
  if (engine.resultForm === 'text' && statement.kind === 'select') return statement.textSql ?? statement.sql
  return statement.sql
}
