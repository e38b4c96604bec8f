import { invariant } from '../errors/appError.js'
import type { ModelSlice } from '../model/functions.js'
import type { Entity, JoinTable, Statement } from '../model/types.js'

/** The entity with a lake name. */
export function entityOf(project: ModelSlice, table: string): Entity {
  const entity = project.entities.find((one) => one.table === table)
  invariant(entity, `the model has no entity ${table}`)
  return entity
}

export function joinTableOf(project: ModelSlice, table: string): JoinTable {
  const found = project.joinTables.find((one) => one.table === table)
  invariant(found, `the model has no join table ${table}`)
  return found
}

/** The statement of an operation, of the kind that the operation needs. */
export function statementOf<K extends Statement['kind']>(
  project: ModelSlice,
  name: string,
  ...kinds: readonly K[]
): Extract<Statement, { kind: K }> {
  const found = project.statements.find(
    (one) => one.name === name && (kinds as readonly string[]).includes(one.kind),
  )
  invariant(found, `the model has no ${kinds.join(' or ')} statement ${name}`)
  return found as Extract<Statement, { kind: K }>
}
