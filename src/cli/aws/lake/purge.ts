import { waitForTombstones } from '../../../adapters/aws/athena/waitForTombstones.js'
import { basePartitions } from '../../../lake/sql/baseColumns.js'
import { quoted } from '../../../lake/sql/trinoType.js'
import { entityKey, relationDataKey, relationSidePartition } from '../../../model/keys.js'
import { batchesNames } from '../../../model/lakeLayout.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Item, PageStart } from '../../../ports/itemTable.js'
import { startPurge } from '../../../runtime/lake/purges.js'
import { CliError } from '../../cliError.js'
import type { AwsLake } from './openAwsLake.js'
import { purgeResults } from './purgeResults.js'

export interface AwsPurge {
  /** Whether the table had the row. */
  readonly found: boolean
  readonly relations: number
  /** Tasks whose results are gone. */
  readonly tasks: number
  /** Tables whose objects are made anew from now on. */
  readonly tables: readonly string[]
}

export interface PurgeOptions {
  readonly onProgress: (step: string, done: number) => void
  /** Longest time of a SYNC statement, whose result may be being written, in milliseconds. Default 30 s. */
  readonly pauseMs?: number
}

/** How long the stream processor may take for a change, in milliseconds. */
const PATIENCE_MS = 10 * 60_000
const KEYS_AT_ONCE = 100

/**
 * Removes an entity with its relations, and begins to take every value of it out of the lake: the lake keeper ends that by
 * itself when the last snapshot that has one may go. Results of tasks that read its tables go at once. Safe to repeat.
 */
export async function purgeAwsRow(
  lake: AwsLake,
  name: string,
  id: string,
  { onProgress, pauseMs = 30_000 }: PurgeOptions,
): Promise<AwsPurge> {
  const table = lake.tables.find((one) => one.name === name && one.kind === 'entity')
  if (!table) {
    const names = lake.tables.filter(({ kind }) => kind === 'entity').map((one) => one.name)
    throw new CliError('input', `The schema has no entity ${name}.`, {
      hint: `There are: ${names.join(', ')}.`,
    })
  }
  const [item] = await lake.items.getMany([entityKey(name, id)])
  const relations = await relationsOf(lake, name, id)
  onProgress('Removing', 1 + relations.length)
  await lake.items.write({ kind: 'delete', key: entityKey(name, id) })
  const removed = [...(item ? [item] : []), ...relations]
  // The cascade of its removal takes the relations.
  const lives = removed.map((one) => ({
    relationId: String(one.entityType === name ? one.id : one.relationId),
    s3Key: `tables/${String(one.entityType)}/#${String(one._incarnation)}`,
  }))
  onProgress('Waiting for the lake', lives.length)
  if (lives.length > 0 && !(await waitForTombstones(lives, PATIENCE_MS, lake))) {
    throw new CliError('environment', 'The row is removed, but the lake has not heard of it yet.', {
      hint: 'See: ocg logs streamProcessor. Then purge it again.',
    })
  }
  const tables = await purgedTables(lake, table, item, relations)
  for (const [one, months] of tables) await startPurge(lake, one, months)
  const tasks = await purgeResults(lake, new Set(tables.keys()), pauseMs)
  return {
    found: item !== undefined,
    relations: relations.length,
    tasks,
    tables: [...tables.keys()],
  }
}

async function relationsOf({ items }: AwsLake, entity: string, id: string): Promise<Item[]> {
  const ids: string[] = []
  let start: PageStart | undefined
  do {
    const page = await items.query({
      partition: relationSidePartition(entity, id),
      limit: 1000,
      ...(start && { start }),
    })
    ids.push(...page.items.map(({ relationId }) => String(relationId)))
    start = page.next
  } while (start)
  const found: Item[] = []
  for (let at = 0; at < ids.length; at += KEYS_AT_ONCE) {
    const some = await items.getMany(ids.slice(at, at + KEYS_AT_ONCE).map(relationDataKey))
    found.push(...some.filter((one) => one !== undefined))
  }
  return found
}

/** Months of the objects that may hold values, by table. Of a row that had been removed before nobody knows its month. */
async function purgedTables(
  lake: AwsLake,
  table: LakeTable,
  item: Item | undefined,
  relations: readonly Item[],
): Promise<Map<string, readonly string[]>> {
  const month = (one: Item) => new Date(String(one.createdAt)).toISOString().slice(0, 7)
  const tables = new Map<string, readonly string[]>()
  tables.set(table.name, item ? [month(item)] : await allMonths(lake, table))
  for (const one of relations) {
    const name = String(one.entityType)
    tables.set(name, [...new Set([...(tables.get(name) ?? []), month(one)])].sort())
  }
  return tables
}

async function allMonths({ manifests, sql }: AwsLake, table: LakeTable): Promise<string[]> {
  const manifest = (await manifests.read([table.name])).get(table.name)
  const listed = (manifest?.batches ?? []).flatMap(({ months }) => months)
  if (manifest?.snapshot === undefined) return [...new Set(listed)].sort()
  const { year, month } = basePartitions(table)
  const text = `SELECT DISTINCT ${quoted(year)}, ${quoted(month)} FROM ${quoted(batchesNames(table.name).base)}`
  const { rows } = await sql.query(text, { timeoutMs: 300_000, maxRows: 10_000 })
  return [...new Set([...listed, ...rows.map((row) => row.join('-'))])].sort()
}
