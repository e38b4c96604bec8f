import { analyze } from '../../src/adapters/embedded/dialect/translate.js'
import { TranslateError } from '../../src/adapters/embedded/dialect/translateError.js'
import { FAILURE_MARK } from '../../src/adapters/embedded/dialect/typed.js'
import { typeName } from '../../src/adapters/embedded/dialect/types.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'
import type { Case } from './cases.js'
import { sameRows } from './compareAnswers.js'
import type { Engine } from './engine.js'

export type Verdict =
  | { readonly kind: 'pass' | 'refused' }
  | { readonly kind: 'differ'; readonly sql: string; readonly why: string }

/**
 * Holds the embedded engine to Trino's answer. `pass`: the same rows of the same types, or an error on both;
 * `refused`: Trino answers, and the statement is refused before it runs, as the case says; anything else differs.
 */
export async function judge(one: Case, engine: Engine, tables: readonly LakeTable[]): Promise<Verdict> {
  const { sql } = one
  const differ = (why: string): Verdict => ({ kind: 'differ', sql, why })
  let types: string[]
  try {
    types = analyze(sql, tables).columns.map((column) => typeName(column.type))
  } catch (error) {
    if (!(error instanceof TranslateError)) throw error
    if (one.error !== undefined) return { kind: 'pass' }
    return one.refused ? { kind: 'refused' } : differ(`refused: ${error.message}`)
  }
  if (one.refused === true) return differ('answered, though the case says that it is refused')
  const rows = await engine.run(sql, tables).catch((error: unknown) => error)
  if (one.refused === 'whenRun')
    return failsByName(rows) ? { kind: 'refused' } : differ('did not fail by name')
  if (!Array.isArray(rows)) {
    return one.error !== undefined
      ? { kind: 'pass' }
      : differ(`failed: ${rows instanceof Error ? rows.message : String(rows)}`)
  }
  if (one.error !== undefined || !one.rows)
    return differ(`answered ${JSON.stringify(rows)}, not ${one.error}`)
  if (JSON.stringify(types) !== JSON.stringify(one.types)) {
    return differ(`types ${JSON.stringify(types)}, not ${JSON.stringify(one.types)}`)
  }
  return sameRows(sql, rows, one.rows)
    ? { kind: 'pass' }
    : differ(`answered ${JSON.stringify(rows).slice(0, 500)}, not ${JSON.stringify(one.rows).slice(0, 500)}`)
}

/** Whether a statement failed with a message that its translation gave it. */
export function failsByName(outcome: unknown): boolean {
  return outcome instanceof Error && outcome.message.includes(FAILURE_MARK)
}
