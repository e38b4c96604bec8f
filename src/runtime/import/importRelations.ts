import { AppError } from '../../errors/appError.js'
import type { JsonObject } from '../../model/json.js'
import { type RelationPart, relationId } from '../../model/keys.js'
import type { JoinTable } from '../../model/types.js'
import type { Item, Write } from '../../ports/itemTable.js'
import { type IncarnatedPart, relationItems } from '../items/relationItems.js'
import { entityOf } from '../lookUp.js'
import {
  insertWrites,
  isAlive,
  partsOf,
  plainOf,
  readAround,
  samePlain,
} from '../operations/insertRelation.js'
import { systemTime } from '../times.js'
import { type ExistingPolicy, type ImportContext, MAX_ATTEMPTS } from './importContext.js'
import { BUSY, TOO_LARGE } from './importEntities.js'
import type { RowOutcome } from './importRow.js'
import type { ParsedRow } from './rowParser.js'

/**
 * Stores a batch of rows of one join table; outcomes are in the order of the rows. Each row has the guarantees of
 * `insertRelation`: all or nothing, and only between entities that exist.
 */
export async function importRelations(
  context: ImportContext,
  table: JoinTable,
  rows: readonly ParsedRow[],
  existing: ExistingPolicy,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = new Array(rows.length)
  let pending: Relation[] = []
  for (const [index, row] of rows.entries()) {
    const relation = asRelation(table, row, index)
    if ('code' in relation) outcomes[index] = relation
    else pending.push(relation)
  }
  for (let attempt = 0; pending.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
    const plans = await Promise.all(pending.map((relation) => plan(context, table, relation, existing)))
    const tried: { readonly relation: Relation; readonly plan: WritePlan }[] = []
    for (const [position, relation] of pending.entries()) {
      const one = plans[position] as Plan
      if ('writes' in one) tried.push({ relation, plan: one })
      else outcomes[relation.index] = one.outcome
    }
    const results = await context.table.transactBulk(tried.map(({ plan }) => plan.writes))
    pending = []
    for (const [position, { relation, plan }] of tried.entries()) {
      const result = results[position]
      if (result?.ok) outcomes[relation.index] = plan.success
      else if (result?.reason === 'itemTooLarge') outcomes[relation.index] = TOO_LARGE
      else pending.push(relation)
    }
  }
  for (const { index } of pending) outcomes[index] = BUSY
  return outcomes
}

interface Relation {
  /** Of its row in the batch. */
  readonly index: number
  readonly id: string
  readonly parts: readonly RelationPart[]
  readonly plain: JsonObject
  readonly createdAt: string | undefined
}

interface WritePlan {
  readonly writes: readonly Write[]
  readonly success: RowOutcome
}

type Plan = WritePlan | { readonly outcome: RowOutcome }

function asRelation(table: JoinTable, row: ParsedRow, index: number): Relation | Exclude<RowOutcome, string> {
  try {
    const parts = partsOf(table, row.values)
    return {
      index,
      id: relationId(table.table, parts),
      parts,
      plain: plainOf(table, row.values),
      createdAt: row.createdAt,
    }
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message }
    throw error
  }
}

/** What to do with a row as things stand. The writes fail, and it is planned again, when things have changed. */
async function plan(
  context: ImportContext,
  table: JoinTable,
  relation: Relation,
  existing: ExistingPolicy,
): Promise<Plan> {
  const { id, parts, plain, createdAt } = relation
  const { data, entities, sides } = await readAround(context, parts, id)
  const incarnated: IncarnatedPart[] = []
  for (const [position, part] of parts.entries()) {
    const entity = entities[position]
    if (!entity) {
      const { name } = entityOf(context.project, part.entity)
      const message = `${name} '${part.id}' of ${part.column} not found: import its table first.`
      return { outcome: { code: 'NotFound', message } }
    }
    incarnated.push({ ...part, incarnation: String(entity._incarnation) })
  }
  if (!data || !isAlive(incarnated, sides)) {
    const writes = insertWrites(context, table, incarnated, plain, id, data, createdAt)
    return { writes, success: 'created' }
  }
  const sameTime = createdAt === undefined || data.createdAt === createdAt
  if (sameTime && samePlain(table, plain, data)) return { outcome: 'unchanged' }
  if (existing === 'skip') return { outcome: 'skipped' }
  if (existing === 'replace' && sameTime) {
    return { writes: [replacement(context, table, incarnated, plain, data)], success: 'replaced' }
  }
  const message = sameTime
    ? `This relation of ${table.table} exists already with other values.`
    : `This relation of ${table.table} was created at ${String(data.createdAt)}, and that time never changes.`
  return { outcome: { code: 'Conflict', message } }
}

/** Puts other values into a relation, which keeps its identity. Its sides hold none of them. */
function replacement(
  context: ImportContext,
  table: JoinTable,
  parts: readonly IncarnatedPart[],
  plain: JsonObject,
  data: Item,
): Write {
  const incarnation = String(data._incarnation)
  const rev = Number(data._rev)
  const { data: item } = relationItems(table, parts, plain, {
    relationId: String(data.relationId),
    createdAt: String(data.createdAt),
    updatedAt: systemTime(context.clock.now()),
    rev: rev + 1,
    incarnation,
  })
  return {
    kind: 'put',
    item,
    condition: { kind: 'equals', attributes: { _rev: rev, _incarnation: incarnation } },
  }
}
