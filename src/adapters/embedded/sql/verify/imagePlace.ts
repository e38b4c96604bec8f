import type { ImageTable } from '../image.js'
import { withConnection } from '../imageFile.js'
import { storedName } from '../imageSchema.js'
import { compareRows } from './compareRows.js'
import { among } from './conditions.js'
import type { ComparedPlace, VerifySource } from './place.js'
import { changedAfter, presentRows } from './tableState.js'

const NONE: ReadonlySet<string> = new Set()

/** A table as the query image has it. `prefix`: of its items' keys. */
export function imagePlace(
  { store, withImage }: VerifySource,
  table: ImageTable,
  prefix: string,
): ComparedPlace {
  const from = storedName(table.table.name)
  return {
    name: 'image',
    compare: (condition, expected) =>
      withImage((instance) =>
        withConnection(instance, (connection) => compareRows(connection, table, from, condition, expected)),
      ),
    look: (ids) =>
      withImage((instance) =>
        withConnection(instance, async (connection) => {
          await connection.run('BEGIN')
          const result = await connection.runAndReadAll('SELECT position FROM meta.image')
          const position = Number(result.getRows()[0]?.[0])
          const expected = presentRows(store, table, prefix, ids)
          // After the rows: a change that they show is in the image, or among these.
          const moving = changedAfter(store, position, prefix, ids)
          return {
            found: await compareRows(connection, table, from, among(table, ids), expected),
            moving,
            waiting: NONE,
          }
        }),
      ),
    damaged: async () => [],
    close: () => undefined,
  }
}
