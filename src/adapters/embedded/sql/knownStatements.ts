import type { Image } from './image.js'
import type { TranslatedStatement } from './runStatement.js'
import { translateStatement } from './translateStatement.js'

/** A statement with the names of its columns. */
export interface KnownStatement extends TranslatedStatement {
  readonly columns: readonly string[]
}

/** Translations of statements, kept because the same ones are asked again and again. */
export interface KnownStatements {
  /** Throws `SqlError`. */
  translate(sql: string, tables: Image['tables']): KnownStatement
}

/** Most translations that are kept, and the longest text that one is kept of: some 10 MB at the most. */
const KEPT = 500
const MOST_CHARS = 10_000

export function knownStatements(): KnownStatements {
  let of: Image['tables'] | undefined
  const kept = new Map<string, KnownStatement>()
  return {
    translate(sql, tables) {
      // Other tables, other meaning.
      if (of !== tables) kept.clear()
      of = tables
      const known = kept.get(sql)
      kept.delete(sql)
      const statement = known ?? translated(sql, tables)
      if (sql.length > MOST_CHARS) return statement
      kept.set(sql, statement)
      const [oldest] = kept.keys()
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
      return statement
    },
  }
}

function translated(sql: string, tables: Image['tables']): KnownStatement {
  const shown = [...tables.values()].map(({ table }) => table)
  const names = shown.map(({ name }) => name)
  return { ...translateStatement(sql, shown), tables: names, checked: { passed: false } }
}
