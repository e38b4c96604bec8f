import { AppError } from '../../errors/appError.js'
import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import {
  entityKey,
  type RelationPart,
  relationDataKey,
  relationId,
  relationSideKey,
} from '../../model/keys.js'
import type { InsertStatement, JoinTable, StatementOperation } from '../../model/types.js'
import type { Item, Write } from '../../ports/itemTable.js'
import type { RuntimeContext, TableContext } from '../context.js'
import { checkId } from '../items/checkId.js'
import { distinctParts, type IncarnatedPart, relationItems } from '../items/relationItems.js'
import { entityOf, joinTableOf, statementOf } from '../lookUp.js'
import { systemTime } from '../times.js'

/** How often a lost race is run again. Each loss means that somebody else's write succeeded. */
const MAX_ATTEMPTS = 20

/**
 * Makes one relation between entities that exist. True also when it exists already with the same values; `Conflict`
 * when its other columns differ, `NotFound` when an entity is missing. Two store calls when nobody interferes.
 *
 * One transaction writes the relation's data and sides on condition that every entity still has the incarnation
 * that was read: whoever deletes an entity meanwhile either comes first, and the insert finds it gone, or comes
 * second, and its cascade finds the sides.
 */
export async function insertRelation(
  context: TableContext,
  operation: StatementOperation,
  args: JsonObject,
): Promise<Json> {
  const statement = statementOf(context.project, operation.statement, 'insert')
  const table = joinTableOf(context.project, statement.joinTable)
  const row = rowOf(statement, args)
  return insertRow(context, table, row)
}

/** Inserts a relation given by the values of its columns. See `insertRelation`. */
async function insertRow(context: TableContext, table: JoinTable, row: JsonObject): Promise<true> {
  const parts = partsOf(table, row)
  const plain = plainOf(table, row)
  const id = relationId(table.table, parts)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const found = await readAround(context, parts, id)
    const incarnated = parts.map((part, index) => incarnate(context, part, found.entities[index]))
    if (found.data && isAlive(incarnated, found.sides)) {
      if (samePlain(table, plain, found.data)) return true
      throw new AppError('Conflict', `This relation of ${table.table} exists already with other values.`)
    }
    const result = await context.table.transact(
      insertWrites(context, table, incarnated, plain, id, found.data),
    )
    if (result.ok) return true
  }
  throw new AppError('Throttled', 'Too many writes to the same relation at once: try again.')
}

/** The values of a statement's columns for one call. */
function rowOf(statement: InsertStatement, args: JsonObject): JsonObject {
  return Object.fromEntries(
    statement.values.map((value) => [
      value.column,
      'arg' in value ? (ownValue(args, value.arg) ?? null) : value.constant,
    ]),
  )
}

/** The entities that a row names. `BadInput` for what is no id. */
export function partsOf(table: JoinTable, row: JsonObject): RelationPart[] {
  return table.columns.flatMap((column) =>
    column.kind === 'entity'
      ? [{ column: column.name, entity: column.entity, id: checkId(ownValue(row, column.name), column.name) }]
      : [],
  )
}

/** The further columns of a row; an absent one is null. */
export function plainOf(table: JoinTable, row: JsonObject): JsonObject {
  const plain = table.columns.filter((column) => column.kind === 'plain')
  return Object.fromEntries(plain.map(({ name }) => [name, ownValue(row, name) ?? null]))
}

export interface Surroundings {
  readonly data: Item | undefined
  readonly entities: readonly (Item | undefined)[]
  /** In the order of `distinctParts`. */
  readonly sides: readonly (Item | undefined)[]
}

/** Reads all that an insert of the relation `id` depends on, in one call. */
export async function readAround(
  context: Pick<RuntimeContext, 'table'>,
  parts: readonly RelationPart[],
  id: string,
): Promise<Surroundings> {
  const distinct = distinctParts(parts)
  const [data, ...rest] = await context.table.getMany([
    relationDataKey(id),
    ...distinct.map((part) => entityKey(part.entity, part.id)),
    ...distinct.map((part) => relationSideKey(part.entity, part.id, id)),
  ])
  const entityByPart = new Map(distinct.map((part, index) => [`${part.entity}#${part.id}`, rest[index]]))
  return {
    data,
    entities: parts.map((part) => entityByPart.get(`${part.entity}#${part.id}`)),
    sides: rest.slice(distinct.length),
  }
}

function incarnate(context: TableContext, part: RelationPart, entity: Item | undefined): IncarnatedPart {
  if (entity) return { ...part, incarnation: String(entity._incarnation) }
  throw new AppError('NotFound', `${entityOf(context.project, part.entity).name} of ${part.column} not found`)
}

/**
 * A relation lives while each of its sides belongs to the present incarnation of its entity. Otherwise a cascade
 * is on its way to it, and it counts as gone.
 */
export function isAlive(parts: readonly IncarnatedPart[], sides: readonly (Item | undefined)[]): boolean {
  return distinctParts(parts).every((part, index) => sides[index]?.entityIncarnation === part.incarnation)
}

/** Whether a stored relation has these further columns. */
export function samePlain(table: JoinTable, plain: JsonObject, data: Item): boolean {
  return table.columns.every(
    (column) =>
      column.kind === 'entity' ||
      (ownValue(plain, column.name) ?? null) === (ownValue(data, column.name) ?? null),
  )
}

/** One transaction that makes a relation, in the place of a dying one if there is one. `createdAt`: default now. */
export function insertWrites(
  context: Pick<RuntimeContext, 'clock' | 'random'>,
  table: JoinTable,
  parts: readonly IncarnatedPart[],
  plain: JsonObject,
  id: string,
  dying: Item | undefined,
  createdAt?: string,
): Write[] {
  const now = systemTime(context.clock.now())
  const items = relationItems(table, parts, plain, {
    relationId: id,
    createdAt: createdAt ?? now,
    updatedAt: now,
    rev: dying ? Number(dying._rev) + 1 : 1,
    incarnation: context.random.uuid(),
  })
  return [
    {
      kind: 'put',
      item: items.data,
      condition: dying
        ? { kind: 'equals', attributes: { _incarnation: String(dying._incarnation) } }
        : { kind: 'notExists' },
    },
    ...items.sides.map((item): Write => ({ kind: 'put', item })),
    ...distinctParts(parts).map(
      (part): Write => ({
        kind: 'check',
        key: entityKey(part.entity, part.id),
        condition: { kind: 'equals', attributes: { _incarnation: part.incarnation } },
      }),
    ),
  ]
}
