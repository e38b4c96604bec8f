import { ownValue } from '../../model/json.js'
import type { Entity, JoinTable, Project } from '../../model/types.js'
import type { Item, ItemTable } from '../../ports/itemTable.js'
import { valueProblem } from '../items/checkValue.js'
import { tableHashes } from './tableHashes.js'

/** Most contradictions that are told. */
const MOST = 20
const PAGE = 1000

/** Table hashes of the model that the data was last run with; undefined for a folder without one. */
export type StoredHashes = Readonly<Record<string, string>> | undefined

/**
 * Says how the stored data contradicts a model: one sentence for each place, at most 20; none means that the model
 * may be used. Only tables whose definition differs from the stored one are read.
 */
export async function checkStoredData(
  project: Project,
  stored: StoredHashes,
  table: Pick<ItemTable, 'scan'>,
): Promise<readonly string[]> {
  if (!stored) return []
  const problems: string[] = []
  const hashes = tableHashes(project)
  const changed = (name: string) => Object.hasOwn(stored, name) && stored[name] !== hashes[name]

  for (const entity of project.entities.filter((one) => changed(one.table))) {
    await checkEntity(project, entity, table, problems)
  }
  const entityTables = new Set(project.entities.map((one) => one.table))
  const joinTables = new Map(project.joinTables.map((one) => [one.table, one]))
  const removed = Object.keys(stored).filter((name) => !Object.hasOwn(hashes, name))
  if (removed.length === 0 && !project.joinTables.some((one) => changed(one.table))) return problems

  const counts = new Map(removed.map((name) => [name, 0]))
  for (const name of removed) await countEntities(name, table, counts)
  await eachItem(table, 'joinTableData#', (item) => {
    const name = String(item.joinTableName)
    if (counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
    const joinTable = joinTables.get(name)
    if (joinTable && changed(name)) checkRelation(project, joinTable, item, problems)
    return problems.length < MOST
  })
  for (const [name, count] of counts) {
    if (count === 0 || entityTables.has(name) || joinTables.has(name)) continue
    problems.push(
      `The table ${name} is no longer in the schema, but ${count} rows of it are stored. Delete them first.`,
    )
  }
  return problems.slice(0, MOST)
}

async function checkEntity(
  project: Project,
  entity: Entity,
  table: Pick<ItemTable, 'scan'>,
  problems: string[],
): Promise<void> {
  await eachItem(table, `${entity.table}#`, (item) => {
    for (const field of entity.fields) {
      const problem = valueProblem(field.type, ownValue(item, field.name), project, field.name)
      if (problem) problems.push(`${entity.name} ${String(item.id)}: ${problem}.`)
      if (problems.length >= MOST) return false
    }
    return true
  })
}

function checkRelation(project: Project, table: JoinTable, item: Item, problems: string[]): void {
  const related = item.relatedEntities as readonly { readonly entity: string; readonly id: string }[]
  for (const column of table.columns) {
    const value = ownValue(item, column.name)
    if (column.kind === 'plain') {
      const problem = valueProblem(column.type, value, project, column.name)
      if (problem) problems.push(`Relation ${String(item.relationId)} of ${table.table}: ${problem}.`)
    } else if (!related.some((one) => one.entity === column.entity && one.id === value)) {
      problems.push(
        `Relation ${String(item.relationId)} of ${table.table}: ${column.name} does not name a ${column.entity}.`,
      )
    }
  }
}

async function countEntities(
  name: string,
  table: Pick<ItemTable, 'scan'>,
  counts: Map<string, number>,
): Promise<void> {
  await eachItem(table, `${name}#`, () => {
    counts.set(name, (counts.get(name) ?? 0) + 1)
    return true
  })
}

/** Calls `visit` with each item until it answers false. */
async function eachItem(
  table: Pick<ItemTable, 'scan'>,
  prefix: string,
  visit: (item: Item) => boolean,
): Promise<void> {
  let start: Awaited<ReturnType<typeof table.scan>>['next']
  do {
    const page = await table.scan({ prefix, limit: PAGE, ...(start && { start }) })
    for (const item of page.items) if (!visit(item)) return
    start = page.next
  } while (start)
}
