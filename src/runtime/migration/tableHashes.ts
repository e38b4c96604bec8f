import { sha256Hex } from '../../model/keys.js'
import type { Project } from '../../model/types.js'
import { type TableShape, tableShapes } from './tableShapes.js'

/** Table hashes of the model that data was last run with; undefined for a folder without one. */
export type StoredHashes = Readonly<Record<string, string>> | undefined

/** A hash of each table's definition, with all that its columns' types are made of. Descriptions do not count. */
export function tableHashes(project: Project): Readonly<Record<string, string>> {
  return Object.fromEntries([...tableShapes(project)].map(([table, shape]) => [table, shapeHash(shape)]))
}

export function shapeHash({ columns }: TableShape): string {
  return sha256Hex(JSON.stringify(columns)).slice(0, 32)
}
