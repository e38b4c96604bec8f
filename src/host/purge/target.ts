import type { StoreTable } from '../../adapters/embedded/store/store.js'
import { AppError } from '../../errors/appError.js'
import { suggest } from '../../errors/suggest.js'
import { isValidId } from '../../model/ids.js'
import { entityKey, type ItemKey, relationDataKey } from '../../model/keys.js'
import type { Project } from '../../model/types.js'

/** What is to be purged. */
export interface PurgeTarget {
  readonly kind: 'entity' | 'relation'
  /** Lake name. */
  readonly table: string
  readonly id: string
  readonly key: ItemKey
  /** Lake names of the tables whose rows hold something of it. */
  readonly tables: ReadonlySet<string>
}

/** Throws `AppError` `BadInput` with what there is instead. A table that the model no longer has will do while it has such a row. */
export function resolveTarget(
  project: Project,
  items: Pick<StoreTable, 'read'>,
  table: string,
  id: string,
): PurgeTarget {
  if (!isValidId(id)) {
    throw new AppError('BadInput', 'An id has 1 to 256 bytes and no control characters. Check the id.')
  }
  if (project.joinTables.some((one) => one.table === table)) return relationTarget(items, table, id)
  const key = entityKey(table, id)
  const isEntity = project.entities.some((one) => one.table === table)
  if (!isEntity && items.read(key)?.entityType !== table) throw unknownTable(project, table)
  const relations = project.joinTables.filter(({ columns }) =>
    columns.some((column) => column.kind === 'entity' && column.entity === table),
  )
  return { kind: 'entity', table, id, key, tables: new Set([table, ...relations.map((one) => one.table)]) }
}

function relationTarget(items: Pick<StoreTable, 'read'>, table: string, id: string): PurgeTarget {
  const key = relationDataKey(id)
  const found = items.read(key)?.entityType
  if (found !== undefined && found !== table) {
    throw new AppError('BadInput', `The relation of this id is in ${String(found)}, not in ${table}.`)
  }
  return { kind: 'relation', table, id, key, tables: new Set([table]) }
}

function unknownTable(project: Project, table: string): AppError {
  const names = [...project.entities, ...project.joinTables].map((one) => one.table)
  const near = suggest(table, names)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There is ${names.join(', ')}.`
  return new AppError('BadInput', `There is no entity or join table ${JSON.stringify(table)}. ${hint}`)
}
