import { ownValue } from '../../model/json.js'
import { relationId } from '../../model/keys.js'
import type { Entity, JoinTable, Project } from '../../model/types.js'
import type { Item, ItemTable } from '../../ports/itemTable.js'
import { valueProblem } from '../items/checkValue.js'
import { createFindings, type Findings } from './findings.js'
import { readMeta } from './projectMeta.js'
import { removedTable } from './removedTable.js'
import { type StoredHashes, tableHashes } from './tableHashes.js'

const PAGE = 1000

type Scan = Pick<ItemTable, 'scan'>

/**
 * Says how the stored data contradicts a model that it is to be run with from now on: one sentence for each place of
 * the schema, with what to do; none means that the model may be used.
 */
export async function storedContradictions(
  project: Project,
  table: Pick<ItemTable, 'get' | 'scan'>,
): Promise<readonly string[]> {
  const meta = await readMeta(table)
  if (!meta || meta.modelHash === project.hash) return []
  return checkStoredData(project, meta.tables, table)
}

/** The same, given what the data was last run with. Only tables whose definition differs from that are read. */
export async function checkStoredData(
  project: Project,
  stored: StoredHashes,
  table: Scan,
): Promise<readonly string[]> {
  if (!stored) return []
  const findings = createFindings()
  const hashes = tableHashes(project)
  const changed = (name: string) => Object.hasOwn(stored, name) && stored[name] !== hashes[name]

  let mayHaveBeenJoinTable = false
  for (const entity of project.entities.filter((one) => changed(one.table))) {
    const rows = await checkEntity(project, entity, table, findings)
    mayHaveBeenJoinTable ||= rows === 0
  }
  const counts = new Map<string, number>()
  // Those that are gone, and join tables that changed: they may have been types before.
  for (const name of Object.keys(stored)) {
    const isEntity = project.entities.some((one) => one.table === name)
    if (!isEntity && stored[name] !== hashes[name]) await countEntities(name, table, counts)
  }
  if (mayHaveBeenJoinTable || counts.size > 0) await checkRelations(project, changed, table, counts, findings)

  const left = [...counts].filter(([, count]) => count > 0)
  return [
    ...findings.sentences(),
    ...left.map(([name, count]) => removedTable(name, count, { stored, hashes, project })),
  ]
}

/** Answers how many rows it has read. */
async function checkEntity(
  project: Project,
  entity: Entity,
  table: Scan,
  findings: Findings,
): Promise<number> {
  let rows = 0
  await eachItem(table, `${entity.table}#`, (item) => {
    rows += 1
    for (const field of entity.fields) {
      const problem = valueProblem(field.type, ownValue(item, field.name), project, field.name)
      if (!problem) continue
      const { kind, text } = problem
      findings.add(`${entity.name}.${field.name}`, kind, `${entity.name} ${String(item.id)}`, text)
    }
    return !findings.isEnough()
  })
  return rows
}

/** Relations of all join tables lie together: one reading checks those that changed and counts those that are gone. */
async function checkRelations(
  project: Project,
  changed: (name: string) => boolean,
  table: Scan,
  counts: Map<string, number>,
  findings: Findings,
): Promise<void> {
  const joinTables = new Map(project.joinTables.map((one) => [one.table, one]))
  await eachItem(table, 'joinTableData#', (item) => {
    const name = String(item.joinTableName)
    const joinTable = joinTables.get(name)
    if (!joinTable) counts.set(name, (counts.get(name) ?? 0) + 1)
    else if (changed(name)) checkRelation(project, joinTable, item, findings)
    return !findings.isEnough()
  })
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

/** Calls `visit` with each item until it answers false. */
async function eachItem(table: Scan, prefix: string, visit: (item: Item) => boolean): Promise<void> {
  let start: Awaited<ReturnType<typeof table.scan>>['next']
  do {
    const page = await table.scan({ prefix, limit: PAGE, ...(start && { start }) })
    for (const item of page.items) if (!visit(item)) return
    start = page.next
  } while (start)
}
