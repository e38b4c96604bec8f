import { entityKey } from '../../model/keys.js'
import type { Entity } from '../../model/types.js'
import type { Item, PutWrite } from '../../ports/itemTable.js'
import { entityItem } from '../items/entityItem.js'
import { systemTime } from '../times.js'
import { type ExistingPolicy, type ImportContext, MAX_ATTEMPTS, readAll } from './importContext.js'
import type { RowOutcome } from './importRow.js'
import type { ParsedRow } from './rowParser.js'

/** Attributes that an import sets by itself: they don't make a stored row another one. */
const OWN_ATTRIBUTES = ['_rev', '_incarnation', 'updatedAt']

/** Stores a batch of rows of one entity; outcomes are in the order of the rows. */
export async function importEntities(
  context: ImportContext,
  entity: Entity,
  rows: readonly ParsedRow[],
  existing: ExistingPolicy,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = new Array(rows.length)
  const now = systemTime(context.clock.now())
  // Whether the time of creation has to agree depends on whether the row gives one.
  const timed: number[] = []
  const untimed: number[] = []
  for (const [index, row] of rows.entries()) (row.createdAt === undefined ? untimed : timed).push(index)
  const different = [
    ...(await createAll(context, entity, rows, timed, now, OWN_ATTRIBUTES, outcomes)),
    ...(await createAll(
      context,
      entity,
      rows,
      untimed,
      now,
      [...OWN_ATTRIBUTES, 'createdAt', 'GSI1-SK'],
      outcomes,
    )),
  ].sort((a, b) => a - b)
  if (existing === 'replace') await replaceAll(context, entity, rows, different, now, outcomes)
  else
    for (const index of different)
      outcomes[index] = existing === 'skip' ? 'skipped' : conflict(entity, rows[index])
  return outcomes
}

export const TOO_LARGE: RowOutcome = {
  code: 'BadInput',
  message: 'The row takes more than the 400 KB of an item.',
}

function newItem(context: ImportContext, entity: Entity, row: ParsedRow, now: string): Item {
  return entityItem(entity, row.values, {
    id: row.id ?? context.random.uuid(),
    createdAt: row.createdAt ?? now,
    updatedAt: row.updatedAt ?? now,
    rev: 1,
    incarnation: context.random.uuid(),
  })
}

/** Creates rows and answers which are stored already with other values. */
async function createAll(
  context: ImportContext,
  entity: Entity,
  rows: readonly ParsedRow[],
  indexes: readonly number[],
  now: string,
  ignore: readonly string[],
  outcomes: RowOutcome[],
): Promise<number[]> {
  if (indexes.length === 0) return []
  const items = indexes.map((index) => newItem(context, entity, rows[index] as ParsedRow, now))
  const results = await context.table.createBulk(items, { ignore })
  const different: number[] = []
  for (const [position, result] of results.entries()) {
    const index = indexes[position] as number
    if (result === 'exists') different.push(index)
    else outcomes[index] = result === 'created' ? 'created' : result === 'identical' ? 'unchanged' : TOO_LARGE
  }
  return different
}

function conflict(entity: Entity, row: ParsedRow | undefined): RowOutcome {
  return { code: 'Conflict', message: `${entity.name} '${row?.id}' exists already with other values.` }
}

/** Puts rows in the place of the stored ones, which keep their identity: time of creation and incarnation. */
async function replaceAll(
  context: ImportContext,
  entity: Entity,
  rows: readonly ParsedRow[],
  indexes: readonly number[],
  now: string,
  outcomes: RowOutcome[],
): Promise<void> {
  let pending = indexes
  for (let attempt = 0; pending.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = await readAll(
      context.table,
      pending.map((index) => entityKey(entity.table, rows[index]?.id as string)),
    )
    const tried: number[] = []
    const groups: PutWrite[][] = []
    for (const [position, index] of pending.entries()) {
      const row = rows[index] as ParsedRow
      const item = stored[position]
      if (item && row.createdAt !== undefined && item.createdAt !== row.createdAt) {
        outcomes[index] = {
          code: 'Conflict',
          message: `${entity.name} '${row.id}' was created at ${String(item.createdAt)}, and that time never changes.`,
        }
        continue
      }
      tried.push(index)
      groups.push([item ? replacement(entity, row, item, now) : creation(newItem(context, entity, row, now))])
    }
    const results = await context.table.transactBulk(groups)
    const lost: number[] = []
    for (const [position, result] of results.entries()) {
      const index = tried[position] as number
      if (result.ok)
        outcomes[index] = groups[position]?.[0]?.condition?.kind === 'equals' ? 'replaced' : 'created'
      else if (result.reason === 'itemTooLarge') outcomes[index] = TOO_LARGE
      else lost.push(index)
    }
    pending = lost
  }
  for (const index of pending) outcomes[index] = BUSY
}

function creation(item: Item): PutWrite {
  return { kind: 'put', item, condition: { kind: 'notExists' } }
}

function replacement(entity: Entity, row: ParsedRow, stored: Item, now: string): PutWrite {
  const incarnation = String(stored._incarnation)
  const rev = Number(stored._rev)
  const item = entityItem(entity, row.values, {
    id: row.id as string,
    createdAt: String(stored.createdAt),
    updatedAt: row.updatedAt ?? now,
    rev: rev + 1,
    incarnation,
  })
  return {
    kind: 'put',
    item,
    condition: { kind: 'equals', attributes: { _rev: rev, _incarnation: incarnation } },
  }
}

export const BUSY: RowOutcome = {
  code: 'Throttled',
  message: 'Others write to the same row all the time: try again.',
}
