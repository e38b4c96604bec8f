import type { Project } from '../../model/types.js'
import type { ItemTable } from '../../ports/itemTable.js'
import { checkStoredData, readHistory } from './checkStoredData.js'
import { type FieldHistory, freePlaces, type HistoryStore, historyText, nextHistory } from './fieldHistory.js'
import { readMeta, writeMeta } from './projectMeta.js'
import { isSystemAttribute } from './storedPaths.js'
import { type TableShape, tableShapes } from './tableShapes.js'

/** What of a table's columns needs no reading of rows. */
export interface UnusedColumns {
  /** Columns under whose names no stored row holds a value. */
  readonly columns: readonly string[]
  /** There is no row at all, and never was one. */
  readonly neverFilled: boolean
}

/** The way from the model that the data was last run with to another one. */
export interface ModelChange {
  /** How the data contradicts the model, see `storedContradictions`; it may not be used then. */
  readonly problems: readonly string[]
  /** Of tables that this model changes or brings, by lake name. Holds until the first write under the new model. */
  readonly unused: Readonly<Record<string, UnusedColumns>>
  /** Notes the model as the one in force. To be called before the first write under it; `now` is a system time. */
  note(now: string): Promise<void>
}

export interface ModelChangeOptions {
  readonly project: Project
  readonly table: Pick<ItemTable, 'get' | 'scan' | 'write'>
  readonly history: HistoryStore
  /** Called after each page of rows of a table that has to be read. */
  readonly onRead?: (table: string, rows: number) => void
}

/** Finds out what a model means for the stored data. Nothing is written before `note`. */
export async function planModelChange(options: ModelChangeOptions): Promise<ModelChange> {
  const { project, table, history } = options
  const meta = await readMeta(table)
  const past = readHistory(meta, history)
  if (meta?.modelHash === project.hash && past)
    return { problems: [], unused: {}, note: async () => undefined }
  const stored = meta?.tables
  const sameModel = meta?.modelHash === project.hash
  const { problems, seen } = await checkStoredData({
    ...options,
    stored: sameModel ? undefined : stored,
    past,
  })
  return {
    problems,
    unused: sameModel ? {} : unusedColumns(project, past),
    async note(now) {
      const number = (lastNumber(history) ?? 0) + 1
      const isEmpty = (name: string, kind: TableShape['kind']) => hasNoRows(table, name, kind)
      const next = await nextHistory(project, number, { past, seen, isEmpty })
      // A kill between the two leaves a history of another number: it counts for nothing then.
      await history.write(historyText(next))
      try {
        await writeMeta(table, project, now, number)
      } catch (error) {
        // A disk that fails may have taken it all the same: what the store says from now on is what counts.
        const noted = await readMeta(table).catch(() => undefined)
        if (noted?.modelHash !== project.hash || noted.history !== number) throw error
      }
    },
  }
}

function lastNumber(history: HistoryStore): number | undefined {
  const text = history.read()
  return text === undefined ? undefined : (JSON.parse(text) as { readonly number: number }).number
}

function unusedColumns(project: Project, past: FieldHistory | undefined): ModelChange['unused'] {
  if (!past) return {}
  const unused: Record<string, UnusedColumns> = {}
  for (const [name, shape] of tableShapes(project)) {
    const known = past.tables.get(name)
    const isFree = known ? freePlaces(known) : () => true
    const columns = shape.columns
      .map(([column]) => column)
      .filter((one) => isFree(one) && !isSystemAttribute(one))
    if (columns.length > 0) unused[name] = { columns, neverFilled: !known }
  }
  return unused
}

async function hasNoRows(
  table: Pick<ItemTable, 'scan'>,
  name: string,
  kind: TableShape['kind'],
): Promise<boolean> {
  const prefix = kind === 'entity' ? `${name}#` : 'joinTableData#'
  let start: Awaited<ReturnType<typeof table.scan>>['next']
  do {
    const page = await table.scan({ prefix, limit: 1, ...(start && { start }) })
    if (page.items.length > 0) return false
    start = page.next
  } while (start)
  return true
}
