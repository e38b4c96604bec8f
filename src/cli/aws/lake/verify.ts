import { createHash } from 'node:crypto'
import { rowReader, type ValueForms } from '../../../lake/itemValues.js'
import { UnfitItemError } from '../../../lake/unfitItemError.js'
import type { Json } from '../../../model/json.js'
import { entityKey, relationDataKey } from '../../../model/keys.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Item, PageStart } from '../../../ports/itemTable.js'
import { lakeRows } from './lakeRows.js'
import type { AwsLake } from './openAwsLake.js'

/** One row that the lake does not show as the table has it. Values are not told: they may be private. */
export interface AwsDifference {
  readonly in: 'lake'
  readonly table: string
  readonly id: string
  readonly kind: 'missing' | 'extra' | 'duplicate' | 'different'
  /** Columns that differ, for `different`. */
  readonly fields?: readonly string[]
}

export interface AwsVerified {
  readonly clean: boolean
  readonly tables: readonly {
    readonly table: string
    readonly in: 'lake'
    readonly rows: number
    readonly missing: number
    readonly extra: number
    readonly duplicate: number
    readonly different: number
    readonly damaged: number
    readonly pending: number
  }[]
  /** The first of them. */
  readonly differences: readonly AwsDifference[]
}

/** Rows that are compared again at once: as many ids as fit into a statement. */
const AT_ONCE = 200
const GET_AT_ONCE = 100
/** Looks at a row that differs: what has just changed is on its way. */
const LOOKS = 4
const PAUSE_MS = 5000
/** Differences that are told one by one. */
const MAX_TOLD = 1000

/**
 * Compares what statements see with the table, row by row. It reads every row of both: each costs the account a read. About
 * a hundred bytes of memory a row. What differs is looked at again until it has had time to arrive.
 */
export async function verifyAwsLake(
  lake: AwsLake,
  {
    onProgress,
    pauseMs = PAUSE_MS,
  }: { readonly onProgress: (step: string, done: number) => void; readonly pauseMs?: number },
): Promise<AwsVerified> {
  const seen = new Map<string, { readonly table: LakeTable; readonly rows: Map<string, string> }>()
  const suspects = new Map(lake.tables.map((table) => [table.name, new Set<string>()]))
  const counts = new Map<string, number>()
  let read = 0
  for (const table of lake.tables) {
    const rows = new Map<string, string>()
    seen.set(table.name, { table, rows })
    for await (const row of lakeRows(lake, table)) {
      const id = idOf(table, row)
      if (rows.has(id)) suspects.get(table.name)?.add(id)
      rows.set(id, digest(row))
      read += 1
      onProgress('Reading the lake', read)
    }
    counts.set(table.name, rows.size)
  }
  let compared = 0
  for await (const item of items(lake)) {
    const of = seen.get(String(item.entityType))
    if (!of) continue
    const { table, rows } = of
    const values = valuesOf(table, item)
    const id = String(item[table.idColumn])
    if (values && rows.get(id) !== digest(values)) suspects.get(table.name)?.add(id)
    if (values) rows.delete(id)
    compared += 1
    onProgress('Comparing with the table', compared)
  }
  for (const { table, rows } of seen.values()) for (const id of rows.keys()) suspects.get(table.name)?.add(id)
  const differences: AwsDifference[] = []
  for (const { table } of seen.values()) {
    const left = [...(suspects.get(table.name) ?? [])]
    differences.push(...(await lookAgain(lake, table, left, pauseMs)))
  }
  return {
    clean: differences.length === 0,
    tables: lake.tables.map(({ name }) => {
      const of = (kind: AwsDifference['kind']) =>
        differences.filter((one) => one.table === name && one.kind === kind).length
      return {
        ...{ table: name, in: 'lake', rows: counts.get(name) ?? 0 },
        ...{ missing: of('missing'), extra: of('extra'), duplicate: of('duplicate') },
        ...{ different: of('different'), damaged: 0, pending: 0 },
      }
    }),
    differences: differences.slice(0, MAX_TOLD),
  }
}

async function lookAgain(
  lake: AwsLake,
  table: LakeTable,
  ids: readonly string[],
  pauseMs: number,
): Promise<AwsDifference[]> {
  let left = ids
  let found: AwsDifference[] = []
  for (let look = 0; look < LOOKS && left.length > 0; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    found = []
    for (let at = 0; at < left.length; at += AT_ONCE) {
      found.push(...(await compare(lake, table, left.slice(at, at + AT_ONCE))))
    }
    left = found.map(({ id }) => id)
  }
  return found
}

async function compare(lake: AwsLake, table: LakeTable, ids: readonly string[]): Promise<AwsDifference[]> {
  const stored = new Map<string, Item>()
  for (let at = 0; at < ids.length; at += GET_AT_ONCE) {
    const keys = ids
      .slice(at, at + GET_AT_ONCE)
      .map((id) => (table.kind === 'entity' ? entityKey(table.name, id) : relationDataKey(id)))
    for (const item of await lake.items.getMany(keys)) {
      if (item?.entityType === table.name) stored.set(String(item[table.idColumn]), item)
    }
  }
  const shown = new Map<string, (readonly Json[])[]>()
  for await (const row of lakeRows(lake, table, ids)) {
    const id = idOf(table, row)
    shown.set(id, [...(shown.get(id) ?? []), row])
  }
  return ids.flatMap((id): AwsDifference[] => {
    const of = { in: 'lake', table: table.name, id } as const
    const item = stored.get(id)
    const values = item && valuesOf(table, item)
    const [row, second] = shown.get(id) ?? []
    if (second) return [{ ...of, kind: 'duplicate' }]
    if (!values) return row ? [{ ...of, kind: 'extra' }] : []
    if (!row) return [{ ...of, kind: 'missing' }]
    const fields = table.columns
      .filter((_, at) => JSON.stringify(values[at]) !== JSON.stringify(row[at]))
      .map(({ name }) => name)
    return fields.length > 0 ? [{ ...of, kind: 'different', fields }] : []
  })
}

function idOf(table: LakeTable, row: readonly Json[]): string {
  return String(row[table.columns.findIndex(({ name }) => name === table.idColumn)])
}

async function* items({ items: table }: AwsLake): AsyncGenerator<Item> {
  let start: PageStart | undefined
  do {
    const page = await table.scan({ prefix: '', limit: 1000, ...(start && { start }) })
    yield* page.items
    start = page.next
  } while (start)
}

/** As results are read. */
const FORMS: ValueForms<Json> = {
  bigint: (value) => value,
  timestamp: (millis) => new Date(millis).toISOString(),
  date: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  array: (values) => values as readonly Json[],
  struct: (fields) => fields as { readonly [name: string]: Json },
}

/** Undefined for an item that its table can't hold: the lake has no row of it. */
function valuesOf(table: LakeTable, item: Item): readonly Json[] | undefined {
  try {
    return rowReader<Json>(table, FORMS)(item).values.slice(0, table.columns.length) as readonly Json[]
  } catch (error) {
    if (error instanceof UnfitItemError) return undefined
    throw error
  }
}

function digest(values: readonly Json[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64').slice(0, 22)
}
