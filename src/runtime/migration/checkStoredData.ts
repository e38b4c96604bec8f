import { ownValue } from '../../model/json.js'
import { relationId } from '../../model/keys.js'
import type { Entity, JoinTable, Project } from '../../model/types.js'
import type { Item, ItemTable } from '../../ports/itemTable.js'
import { valueProblem } from '../items/checkValue.js'
import {
  type FieldHistory,
  freePlaces,
  type HistoryStore,
  parseHistory,
  shapeInForce,
} from './fieldHistory.js'
import { createFindings, type Findings } from './findings.js'
import { fitsUnread } from './fitsUnread.js'
import { type ProjectMeta, readMeta } from './projectMeta.js'
import { removedTable } from './removedTable.js'
import { addItemPaths } from './storedPaths.js'
import { type StoredHashes, tableHashes } from './tableHashes.js'
import { tableShapes } from './tableShapes.js'

const PAGE = 1000

type Scan = Pick<ItemTable, 'scan'>

/**
 * Says how the stored data contradicts a model that it is to be run with from now on: one sentence for each place of
 * the schema, with what to do; none means that the model may be used.
 */
export async function storedContradictions(
  project: Project,
  table: Pick<ItemTable, 'get' | 'scan'>,
  history?: Pick<HistoryStore, 'read'>,
): Promise<readonly string[]> {
  const meta = await readMeta(table)
  if (!meta || meta.modelHash === project.hash) return []
  const past = readHistory(meta, history)
  return (await checkStoredData({ project, stored: meta.tables, past, table })).problems
}

export interface CheckOptions {
  readonly project: Project
  /** What the data was last run with. */
  readonly stored: StoredHashes
  /** Without one, every table whose definition has changed is read. */
  readonly past: FieldHistory | undefined
  readonly table: Scan
  /** Called after each page of rows of a table that is read. */
  readonly onRead?: (table: string, rows: number) => void
}

export interface CheckedData {
  readonly problems: readonly string[]
  /** Of tables whose rows have all been read: the places at which they hold values. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>
}

/** The same, given what the data was last run with. Only tables are read whose rows may not fit their new definition, or should not be there. */
export async function checkStoredData(options: CheckOptions): Promise<CheckedData> {
  const { project, stored, past, table } = options
  const seen = new Map<string, Set<string>>()
  if (!stored) return { problems: [], seen }
  const findings = createFindings()
  const hashes = tableHashes(project)
  const shapes = tableShapes(project)
  const before = (name: string) => shapeInForce(name, past, stored)
  const changed = (name: string) => Object.hasOwn(stored, name) && stored[name] !== hashes[name]
  const mustBeRead = (name: string) => {
    if (!changed(name)) return false
    const [from, to] = [before(name), shapes.get(name)]
    return !(from && to && fitsUnread(from, to, freePlaces(past?.tables.get(name))))
  }
  // Of a type that comes back there should be no rows. The last moments before it went may have left some.
  const comesBack = (name: string) => !Object.hasOwn(stored, name) && past?.tables.has(name) === true
  const reading = { ...options, findings, seen }

  // Relations of all join tables lie together: they are read once, or not at all.
  let readRelations = project.joinTables.some((one) => mustBeRead(one.table))
  for (const entity of project.entities.filter(({ table }) => comesBack(table) || mustBeRead(table))) {
    const rows = await checkEntity(entity, reading)
    if (comesBack(entity.table)) continue
    const former = before(entity.table)?.kind
    readRelations ||= former ? former === 'joinTable' : rows === 0
  }
  const counts = new Map<string, number>()
  // Those that are gone, and join tables that changed: they may have been types before.
  for (const name of Object.keys(stored)) {
    const to = shapes.get(name)
    if (to?.kind === 'entity' || stored[name] === hashes[name]) continue
    const from = before(name)?.kind
    if (from === 'joinTable' && to) continue
    counts.set(name, 0)
    if (from !== 'joinTable') await countEntities(name, table, counts)
    if (from !== 'entity') readRelations = true
  }
  if (readRelations) await checkRelations(reading, mustBeRead, counts)

  const left = [...counts].filter(([, count]) => count > 0)
  const problems = [
    ...findings.sentences(),
    ...left.map(([name, count]) => removedTable(name, count, { stored, hashes, project })),
  ]
  return { problems, seen }
}

/** The history of data, as far as it is complete. */
export function readHistory(
  meta: ProjectMeta | undefined,
  store: Pick<HistoryStore, 'read'> | undefined,
): FieldHistory | undefined {
  const text = meta?.history === undefined ? undefined : store?.read()
  const history = text === undefined ? undefined : parseHistory(text)
  return history?.number === meta?.history ? history : undefined
}

interface Reading extends CheckOptions {
  readonly findings: Findings
  readonly seen: Map<string, Set<string>>
}

/** Answers how many rows it has read. */
async function checkEntity(
  entity: Entity,
  { project, table, findings, seen, onRead }: Reading,
): Promise<number> {
  let rows = 0
  const paths = new Set<string>()
  const visit = (item: Item): boolean => {
    rows += 1
    addItemPaths(paths, item)
    for (const field of entity.fields) {
      const problem = valueProblem(field.type, ownValue(item, field.name), project, field.name)
      if (!problem) continue
      const { kind, text } = problem
      findings.add(`${entity.name}.${field.name}`, kind, `${entity.name} ${String(item.id)}`, text)
    }
    return !findings.isEnough()
  }
  await eachItem(table, `${entity.table}#`, visit, () => onRead?.(entity.table, rows))
  seen.set(entity.table, paths)
  return rows
}

/** One reading checks those that changed and counts those that are gone. */
async function checkRelations(
  { project, table, findings, seen, onRead }: Reading,
  mustBeRead: (name: string) => boolean,
  counts: Map<string, number>,
): Promise<void> {
  const joinTables = new Map(project.joinTables.map((one) => [one.table, one]))
  for (const name of joinTables.keys()) if (mustBeRead(name)) seen.set(name, new Set())
  let rows = 0
  const visit = (item: Item): boolean => {
    rows += 1
    const name = String(item.joinTableName)
    const joinTable = joinTables.get(name)
    const paths = seen.get(name)
    if (!joinTable) counts.set(name, (counts.get(name) ?? 0) + 1)
    else if (paths) {
      addItemPaths(paths, item)
      checkRelation(project, joinTable, item, findings)
    }
    return !findings.isEnough()
  }
  await eachItem(table, 'joinTableData#', visit, () => onRead?.('relations', rows))
}

function checkRelation(project: Project, table: JoinTable, item: Item, findings: Findings): void {
  const row = `Relation ${String(item.relationId)}`
  const parts = table.columns.flatMap((column) => {
    if (column.kind === 'entity') {
      return [{ column: column.name, entity: column.entity, id: String(ownValue(item, column.name)) }]
    }
    const problem = valueProblem(column.type, ownValue(item, column.name), project, column.name)
    if (problem) findings.add(`${table.table}.${column.name}`, problem.kind, row, problem.text)
    return []
  })
  if (relationId(table.table, parts) === item.relationId) return
  const related = item.relatedEntities as readonly { readonly entity: string; readonly id: string }[]
  const present = related.map(({ entity, id }) => `${entity} ${id}`).join(' and ')
  findings.add(table.table, 'identity', row, `it relates ${present}, and the columns say something else`)
}

async function countEntities(name: string, table: Scan, counts: Map<string, number>): Promise<void> {
  counts.set(name, 0)
  await eachItem(table, `${name}#`, () => {
    counts.set(name, (counts.get(name) ?? 0) + 1)
    return true
  })
}

/** Calls `visit` with each item until it answers false, and `onPage` after each page. */
async function eachItem(
  table: Scan,
  prefix: string,
  visit: (item: Item) => boolean,
  onPage: () => void = () => undefined,
): Promise<void> {
  let start: Awaited<ReturnType<typeof table.scan>>['next']
  do {
    const page = await table.scan({ prefix, limit: PAGE, ...(start && { start }) })
    for (const item of page.items) if (!visit(item)) return
    onPage()
    start = page.next
  } while (start)
}
