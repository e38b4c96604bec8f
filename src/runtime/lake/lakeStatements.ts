import { addColumnsStatement, createBaseStatement, dropBaseStatement } from '../../lake/sql/baseStatements.js'
import type { LakePlace } from '../../lake/sql/lakePlace.js'
import {
  clearStatement,
  optimizeStatements,
  snapshotStatement,
  vacuumStatement,
} from '../../lake/sql/maintenance.js'
import { mergeStatements } from '../../lake/sql/mergeStatements.js'
import { batchesNames } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { type BaseStatements, changedColumns } from './ensureBase.js'
import type { KeeperSettings, MaintenanceStatements } from './keeperContext.js'

/** The texts of all statements that look after the bases of a lake at a place. */
export function lakeStatements(
  place: LakePlace,
  { snapshotAgeMs }: Pick<KeeperSettings, 'snapshotAgeMs'>,
): MaintenanceStatements & BaseStatements {
  const create = (table: LakeTable) =>
    createBaseStatement(table, place.root + batchesNames(table.name).basePrefix, {
      snapshotAgeSeconds: Math.round(snapshotAgeMs / 1000),
    })
  return {
    create,
    columns: (table) => `SELECT * FROM "${batchesNames(table.name).base}" LIMIT 0`,
    add: addColumnsStatement,
    merge: (table, batches) => mergeStatements(table, batches, place),
    clear: (table, manifest) =>
      changedColumns(table, manifest).length > 0
        ? [dropBaseStatement(table), create(table)]
        : [clearStatement(table)],
    optimize: optimizeStatements,
    vacuum: vacuumStatement,
    snapshot: snapshotStatement,
  }
}
