import type { DuckDBInstance } from '@duckdb/node-api'
import type { Store } from '../../store/store.js'
import type { Image } from '../image.js'
import type { LakeRow } from '../rowValues.js'
import type { RowDifference } from './compareRows.js'

/** What a verification reads. */
export interface VerifySource {
  readonly store: Store
  readonly image: Image
  /** Uses the image's engine, which another one may replace at any time. */
  readonly withImage: <T>(use: (instance: DuckDBInstance) => Promise<T>) => Promise<T>
  /** Folder of the published lake. */
  readonly lakeFolder: string
  /** For what does not fit into memory. */
  readonly spill: string
}

/** One table of the lake, in one of the places where it is. */
export interface ComparedPlace {
  readonly name: 'image' | 'files'
  /** Compares the rows under a condition with those that the table has. What is written meanwhile shows too. */
  compare(condition: string, expected: ReadonlyMap<string, LakeRow>): Promise<Map<string, RowDifference>>
  /** Compares a few rows again, and tells of which of them it can't be told yet. */
  look(ids: readonly string[]): Promise<Look>
  /** What can't be read at all. */
  damaged(): Promise<readonly string[]>
  close(): void
}

export interface Look {
  readonly found: ReadonlyMap<string, RowDifference>
  /** Ids with a change that is about to come to this place. */
  readonly moving: ReadonlySet<string>
  /** Ids of which it can't be told for a long time. */
  readonly waiting: ReadonlySet<string>
}
