import type { StoreTable } from '../adapters/embedded/store/store.js'
import type { Project } from '../model/types.js'
import type { Write } from '../ports/itemTable.js'
import { StoreError } from '../ports/storeError.js'
import { fitsUnread } from '../runtime/migration/fitsUnread.js'
import { tableShapes } from '../runtime/migration/tableShapes.js'

/**
 * Lets a model give way to another one between two writes: no row that was checked against the former one is written
 * after it.
 */
export interface WriteGate {
  /**
   * The table for the operations of a model. Writes through it wait while `change` runs its piece. Those of a model that
   * has given way fail with `StoreError` `throttled` when they create or change rows that may not fit the present one.
   */
  tableFor(project: Project): StoreTable
  /**
   * Runs a piece of work once no write is under way; when it succeeds, the model is another one. Nothing may be written
   * within the piece through this gate, nor another change begun.
   */
  change(next: Project, piece: () => Promise<void>): Promise<void>
}

export function openWriteGate(table: StoreTable, project: Project): WriteGate {
  let current = project
  let held: Promise<void> | undefined

  function tableFor(own: Project): StoreTable {
    const pass = <T>(writes: () => readonly Write[], go: () => Promise<T>): Promise<T> =>
      held || current !== own ? passLater(writes, go) : go()

    async function passLater<T>(writes: () => readonly Write[], go: () => Promise<T>): Promise<T> {
      while (held) await held
      if (current !== own && mayNotFit(writes(), own, current)) {
        throw new StoreError('throttled', 'The schema has changed since this write was checked.')
      }
      return go()
    }

    return {
      ...table,
      write: (write) =>
        pass(
          () => [write],
          () => table.write(write),
        ),
      transact: (writes) =>
        pass(
          () => writes,
          () => table.transact(writes),
        ),
      transactBulk: (groups) =>
        pass(
          () => groups.flat(),
          () => table.transactBulk(groups),
        ),
      createBulk: (items, options) =>
        pass(
          () => items.map((item) => ({ kind: 'put', item })),
          () => table.createBulk(items, options),
        ),
    }
  }

  return {
    tableFor,
    async change(next, piece) {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      try {
        // The store does one write after the other: what was asked for before this one has ended when it has.
        await table.transactBulk([])
        await piece()
        current = next
      } finally {
        held = undefined
        release()
      }
    },
  }
}

/** Whether rows that these writes leave behind may not fit `current`, though what they write fits `own`. */
function mayNotFit(writes: readonly Write[], own: Project, current: Project): boolean {
  const [before, after] = [tableShapes(own), tableShapes(current)]
  return [...new Set(writes.flatMap(tableOf))].some((name) => {
    const [from, to] = [before.get(name), after.get(name)]
    // The row holds nothing at the place of a new field: the former model knew of none, and what it held has been checked.
    return from && !(to && fitsUnread(from, to, () => true))
  })
}

/** Of a relation's data the table is its type; of all else the key says it. */
function tableOf(write: Write): string[] {
  if (write.kind === 'put') return [String(write.item.entityType)]
  return write.kind === 'update' ? [write.key.PK.split('#', 1)[0] as string] : []
}
