import type { LakeTable, LakeType } from '../model/lakeSchema.js'

/** A result column as the engine sees it. */
export interface CheckedColumn {
  readonly name: string
  /** `unknown` when the engine's type has no counterpart in the lake (an interval, a map). `decimal` and `time` occur in results only. */
  readonly type: CheckedType
}

export type CheckedType =
  | Exclude<LakeType, { kind: 'array' | 'struct' }>
  | { readonly kind: 'decimal' | 'time' | 'null' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'array'; readonly item: CheckedType }
  | { readonly kind: 'struct'; readonly fields: readonly CheckedColumn[] }

/**
 * Asks a real engine what a statement means, without running it. `message` of a failure is a sentence for the
 * schema's author; `near` is the piece of the statement that the engine points to, where it says so.
 */
export interface SqlChecker {
  describe(
    tables: readonly LakeTable[],
    sql: string,
  ): Promise<
    | { readonly ok: true; readonly columns: readonly CheckedColumn[] }
    | { readonly ok: false; readonly message: string; readonly near?: string }
  >
  close(): Promise<void>
}
