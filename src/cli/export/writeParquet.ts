import { join } from 'node:path'
import type { Store } from '../../adapters/embedded/store/store.js'
import { lakeTables } from '../../model/lakeSchema.js'
import type { ParquetExport, WrittenTable } from '../targets/adminTarget.js'
import { refuseExisting } from './writeTextFiles.js'

/** Writes the lake's layout, one sorted file a day, below `out/tables`, which it replaces. */
export async function writeParquet(store: Store, job: ParquetExport): Promise<WrittenTable[]> {
  if (!job.force) await refuseExisting(join(job.out, 'tables'))
  const { exportFromTable } = await import('../../adapters/embedded/sql/exportFromTable.js')
  const chosen = new Set(job.tables.map(({ table }) => table))
  const tables = lakeTables(job.project).filter(({ name }) => chosen.has(name))
  const { rows, unfit } = await exportFromTable(store, tables, job.out, job.onProgress)
  if (unfit > 0 && !job.output.json) {
    job.output.note(`${unfit} rows do not fit the columns of their tables and are left out; see ocg dlq.`)
  }
  return tables.map(({ name }) => ({
    table: name,
    rows: rows.get(name) ?? 0,
    file: join(job.out, 'tables', name),
  }))
}
