import type { LakeTable } from '../../../model/lakeSchema.js'
import { SqlError } from '../../../ports/sqlEngine.js'
import { analyze } from '../dialect/translate.js'
import { TranslateError } from '../dialect/translateError.js'

/** A statement as DuckDB runs it, and the names of its columns as Trino gives them. Throws `SqlError`. */
export function translateStatement(
  sql: string,
  tables: readonly LakeTable[],
): { readonly sql: string; readonly columns: readonly string[] } {
  try {
    const translation = analyze(sql, tables)
    return { sql: translation.sql, columns: translation.columns.map(({ name }) => name) }
  } catch (error) {
    if (!(error instanceof TranslateError)) throw error
    throw new SqlError('failed', error.message, { cause: error })
  }
}
