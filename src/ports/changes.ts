import type { ItemKey } from '../model/keys.js'

/** What a change needs to say of an image of its item. The projector reads the rest from the table. */
export interface ChangeImage {
  /** `user`, or a join table's lake name for relation data. */
  readonly entityType: string
  readonly createdAt: string
  readonly incarnation: string
  readonly rev: number
}

/**
 * One record of the change stream. Only entities and relation data are recorded: tasks, relation sides, dead
 * letters and meta items never start a projection.
 */
export interface Change {
  readonly key: ItemKey
  /** Absent for an item that the change created. */
  readonly old?: ChangeImage
  /** Absent for an item that the change removed. */
  readonly new?: ChangeImage
}
