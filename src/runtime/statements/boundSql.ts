import { AppError } from '../../errors/appError.js'
import type { JsonObject } from '../../model/json.js'
import type { DeleteStatement, SelectStatement } from '../../model/types.js'
import type { SyncContext } from '../context.js'
import { bindStatement, MAX_STATEMENT_BYTES, utf8Length } from './bindStatement.js'
import { placeRelations } from './placeRelations.js'
import { sqlFor } from './sqlFor.js'

/** Kept for the names of the relations, which stand in the place of the tables'. */
const NAMES_BYTES = 4_096

/**
 * The complete SQL of a statement for one call on this host, over the lake as it is now. Fails as `bindStatement` does, and
 * as the host does when it can't tell what the lake consists of; `Throttled` when the lake's recent changes leave the
 * statement no room.
 */
export async function boundSql(
  { project, sql: engine, lakeRelations }: Pick<SyncContext, 'project' | 'sql' | 'lakeRelations'>,
  statement: SelectStatement | DeleteStatement,
  args: JsonObject,
): Promise<string> {
  const template = sqlFor(engine, statement)
  const plain = bindStatement(template, statement.args, args, project)
  if (!lakeRelations || statement.tables.length === 0) return plain
  const room = MAX_STATEMENT_BYTES - utf8Length(plain) - NAMES_BYTES
  const placed = placeRelations(template, await lakeRelations(statement.tables, room))
  const sql = bindStatement(placed, statement.args, args, project, Number.POSITIVE_INFINITY)
  if (utf8Length(sql) <= MAX_STATEMENT_BYTES) return sql
  throw new AppError(
    'Throttled',
    'The lake has more recent changes than fit into the statement. Try again in a minute, with shorter arguments if it stays so.',
  )
}
