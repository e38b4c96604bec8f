import { invariant } from '../../errors/appError.js'
import type { SqlPart, SqlTemplate } from '../../model/types.js'

/** The relations that stand for lake tables at a moment, by the tables' lake names. */
export type LakeRelations = ReadonlyMap<string, LakeRelation>

export interface LakeRelation {
  readonly sql: string
  /** Names of its columns in order. */
  readonly columns: readonly string[]
}

/**
 * A template whose references to lake tables are those to queries of its own WITH, one for each table that it reads: the
 * relations of `relations`. Whatever else the statement says stays as it is, also where it calls a table by its name.
 */
export function placeRelations(sql: SqlTemplate, relations: LakeRelations): SqlTemplate {
  const read = new Set(sql.flatMap((part) => ('table' in part ? part.table : [])))
  if (read.size === 0) return sql
  const prefix = freePrefix(sql)
  const [begin] = sql
  // There every query of the WITH has to name its columns.
  const isRecursive = begin !== undefined && 'with' in begin && /\srecursive$/i.test(begin.text)
  const queries = [...read].sort().map((table) => {
    const relation = relations.get(table)
    invariant(relation !== undefined, 'the host knows a relation of every table that a statement reads')
    const columns = isRecursive ? ` (${relation.columns.map((name) => `"${name}"`).join(', ')})` : ''
    return `"${prefix}${table}"${columns} AS (${relation.sql})`
  })
  const placed = sql.map((part): SqlPart => {
    if (!('table' in part)) return part
    const name = `"${prefix}${part.table}"`
    return { text: part.named ? `${name} AS "${part.table}"` : name }
  })
  const [first, ...rest] = placed
  if (first && 'with' in first) return [{ text: `${first.text} ${queries.join(', ')},` }, ...rest]
  return [{ text: `WITH ${queries.join(', ')} ` }, ...placed]
}

/** A beginning of names that no name of the statement has. */
function freePrefix(sql: SqlTemplate): string {
  const texts = sql.map((part) => ('text' in part ? part.text.toLowerCase() : '')).join(' ')
  for (let at = 0; ; at++) {
    const prefix = at === 0 ? 'ocg_lake_' : `ocg_lake${at}_`
    if (!texts.includes(prefix)) return prefix
  }
}
