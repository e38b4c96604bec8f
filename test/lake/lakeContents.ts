import { rowFileMaker } from '../../src/lake/rowFile.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import type { Project } from '../../src/model/types.js'
import type { Item, ItemTable } from '../../src/ports/itemTable.js'
import type { ObjectStore } from '../../src/ports/objectStore.js'

/** Objects of a lake: a text for each, by key. */
export type LakeContents = Readonly<Record<string, string>>

/** What the lake holds. No query sees what is hidden by a dot: the stream processor's probe. */
export async function lakeContents(objects: Pick<ObjectStore, 'list' | 'get'>): Promise<LakeContents> {
  const found: Record<string, string> = {}
  let start: string | undefined
  do {
    const page = await objects.list({ prefix: 'tables/', limit: 1000, ...(start && { start }) })
    const rows = page.objects.filter(({ key }) => !key.startsWith('tables/.'))
    for (const { key } of rows) found[key] = textOf((await objects.get(key)) ?? new Uint8Array())
    start = page.next
  } while (start)
  return found
}

/** What a lake made anew from the table would hold. */
export async function lakeOfTable(project: Project, table: Pick<ItemTable, 'scan'>): Promise<LakeContents> {
  const made: Record<string, string> = {}
  for (const one of lakeTables(project)) {
    const make = rowFileMaker(one)
    const prefix = one.kind === 'entity' ? `${one.name}#` : 'joinTableData#'
    for (const item of await itemsOf(table, prefix)) {
      if (item.entityType !== one.name) continue
      const { path, body } = make(item)
      made[path] = textOf(body)
    }
  }
  return made
}

async function itemsOf(table: Pick<ItemTable, 'scan'>, prefix: string): Promise<Item[]> {
  const items: Item[] = []
  let start: Awaited<ReturnType<ItemTable['scan']>>['next']
  do {
    const page = await table.scan({ prefix, limit: 1000, ...(start && { start }) })
    items.push(...page.items)
    start = page.next
  } while (start)
  return items
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
