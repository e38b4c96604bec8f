import { AppError } from '../../errors/appError.js'
import type { JsonObject } from '../../model/json.js'
import { META_KEY } from '../../model/keys.js'
import type { Project } from '../../model/types.js'
import type { ItemTable } from '../../ports/itemTable.js'
import { type StoredHashes, tableHashes } from './tableHashes.js'

/** Number of the table's layout (SPEC section 5). A newer one is refused. */
export const TABLE_FORMAT = 1

export interface ProjectMeta {
  readonly modelHash: string
  readonly tables: StoredHashes
  /** Number of the history of fields that is complete with this model; absent when there is none, or an incomplete one. */
  readonly history?: number
}

/** What `meta#project` says of the data; undefined before the first run. */
export async function readMeta(table: Pick<ItemTable, 'get'>): Promise<ProjectMeta | undefined> {
  const item = await table.get(META_KEY)
  if (!item) return undefined
  if (Number(item.format) > TABLE_FORMAT) {
    throw new AppError(
      'BadInput',
      `The data is of format ${String(item.format)}, this version reads up to ${TABLE_FORMAT}. Use a newer version.`,
    )
  }
  return {
    modelHash: String(item.modelHash),
    tables: item.tables as Readonly<Record<string, string>>,
    ...(typeof item.history === 'number' && { history: item.history }),
  }
}

/** Notes the model that the data is run with from now on, and the number of the history that it is in. */
export async function writeMeta(
  table: Pick<ItemTable, 'write'>,
  project: Project,
  now: string,
  history?: number,
): Promise<void> {
  const tables: JsonObject = tableHashes(project)
  const item = {
    ...META_KEY,
    entityType: 'meta',
    format: TABLE_FORMAT,
    project: project.name,
    modelHash: project.hash,
    tables,
    ...(history !== undefined && { history }),
    createdAt: now,
    updatedAt: now,
  }
  await table.write({ kind: 'put', item })
}
