import { AppError } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import type { SelectStatement, StatementOperation } from '../../model/types.js'
import { SqlError } from '../../ports/sqlEngine.js'
import type { SyncContext } from '../context.js'
import { statementOf } from '../lookUp.js'
import { boundSql } from '../statements/boundSql.js'
import { readRows, readSingle } from '../statements/readResult.js'

/** Kept of the time that is left, for stopping the statement and answering. */
const ANSWER_MS = 1_500

/** Runs a SYNC statement and answers its value. `Timeout` when it takes too long, `TaskFailed` when it fails. */
export async function syncQuery(
  context: SyncContext,
  operation: StatementOperation,
  args: JsonObject,
): Promise<Json> {
  const statement = statementOf(context.project, operation.statement, 'select')
  const sql = await boundSql(context, statement, args)
  const { syncTimeoutMs, syncMaxRows: maxRows } = context.limits
  const timeoutMs = Math.min(syncTimeoutMs, (context.remainingMs?.() ?? Number.POSITIVE_INFINITY) - ANSWER_MS)
  try {
    const result = await context.sql.query(sql, { timeoutMs, maxRows, columns: statement.columns })
    const read = statement.returns.kind === 'list' ? readRows : readSingle
    return read(result.rows, result.columns, statement, context.project)
  } catch (error) {
    throw error instanceof SqlError ? inWordsOfSync(error, statement, context) : error
  }
}

/** What a SYNC statement could do in another way; the rest is for `clientError`. */
function inWordsOfSync(error: SqlError, statement: SelectStatement, context: SyncContext): Error {
  const asTask = `Declare ${statement.name} without mode: SYNC to run it as a task`
  switch (error.reason) {
    case 'timeout': {
      const seconds = context.limits.syncTimeoutMs / 1000
      return new AppError('Timeout', `The statement did not finish within ${seconds} s. ${asTask}.`, {
        cause: error,
      })
    }
    case 'tooManyRows': {
      return new AppError('TaskFailed', `${error.message} ${asTask}.`, {
        cause: error,
      })
    }
    default:
      return error
  }
}
