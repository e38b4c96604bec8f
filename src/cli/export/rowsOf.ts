import type { Json } from '../../model/json.js'
import type { Project } from '../../model/types.js'
import type { Item, ItemTable, PageStart } from '../../ports/itemTable.js'

/** A table as it is exported: what an import needs to make the same rows again. */
export interface ExportTable {
  /** Lake name. */
  readonly table: string
  /** In the order of the schema, the system's own at their places. */
  readonly columns: readonly string[]
}

export type ExportRow = Readonly<Record<string, Json>>

const PAGE = 1000

/** Every table of a project that can be exported, entities first. */
export function exportTables(project: Project): ExportTable[] {
  return [
    ...project.entities.map(({ table, fields }) => ({ table, columns: fields.map(({ name }) => name) })),
    ...project.joinTables.map(({ table, columns }) => ({
      table,
      columns: [...columns.map(({ name }) => name), 'createdAt'],
    })),
  ]
}

/** All rows of a table in pages; columns without a value are left out. */
export async function* rowsOf(
  items: Pick<ItemTable, 'scan'>,
  project: Project,
  { table, columns }: ExportTable,
): AsyncGenerator<readonly ExportRow[]> {
  const isRelation = project.joinTables.some((one) => one.table === table)
  const prefix = isRelation ? 'joinTableData#' : `${table}#`
  let start: PageStart | undefined
  do {
    const page = await items.scan({ prefix, limit: PAGE, ...(start && { start }) })
    // Relations of all join tables share their keys' beginning.
    yield page.items.filter(({ entityType }) => entityType === table).map((item) => rowOf(item, columns))
    start = page.next
  } while (start)
}

function rowOf(item: Item, columns: readonly string[]): ExportRow {
  const row: Record<string, Json> = {}
  for (const column of columns) {
    const value = item[column]
    if (value !== undefined && value !== null) row[column] = value
  }
  return row
}
