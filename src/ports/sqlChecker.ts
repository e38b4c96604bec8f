import type { LakeTable, LakeType } from '../model/lakeSchema.js'

/** A result column as the engine sees it. */
export interface CheckedColumn {
  readonly name: string
  /** `unknown` when the engine's type has no counterpart in the lake (an interval). `decimal`, `time`, `json` and `map` occur in results only. */
  readonly type: CheckedType
}

export type CheckedType =
  | Exclude<LakeType, { kind: 'array' | 'struct' }>
  | { readonly kind: 'decimal' | 'time' | 'json' | 'null' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'array'; readonly item: CheckedType }
  | { readonly kind: 'map'; readonly key: CheckedType; readonly value: CheckedType }
  | { readonly kind: 'struct'; readonly fields: readonly CheckedColumn[] }

/** A stretch of a statement; `end` is exclusive. */
export interface SqlStretch {
  readonly start: number
  readonly end: number
}

/**
 * Asks a real engine what a statement means, without running it. `message` of a failure is a sentence for the
 * schema's author; `at` is the stretch of `sql` that the engine points to, in UTF-16 units, where it says so.
 */
export interface SqlChecker {
  describe(
    tables: readonly LakeTable[],
    sql: string,
  ): Promise<
    | { readonly ok: true; readonly columns: readonly CheckedColumn[] }
    | { readonly ok: false; readonly message: string; readonly at?: SqlStretch }
  >
  close(): Promise<void>
}
