import type { ModelSlice } from '../../model/functions.js'
import type { Entity, Operation, ScalarName, TypeRef } from '../../model/types.js'
import { entityOf, statementOf } from '../lookUp.js'

/** A type of an argument: one of the model, or the input object of an entity. */
export type ArgumentType = TypeRef | { readonly kind: 'input'; readonly fields: readonly ArgumentField[] }

export interface ArgumentField {
  readonly name: string
  readonly type: ArgumentType
}

/** The arguments of an operation's field in the order of the API: what every host has to give to the runtime. */
export function argumentTypes(model: ModelSlice, operation: Operation): readonly ArgumentField[] {
  switch (operation.kind) {
    case 'create':
      return [input(entityOf(model, operation.entity), (name) => !isTime(name))]
    case 'update':
      return [ID, input(entityOf(model, operation.entity), (name) => name !== 'id' && !isTime(name), true)]
    case 'read':
    case 'delete':
      return [ID]
    case 'list':
      return [LIMIT, NEXT_TOKEN]
    case 'taskResult':
      return [scalar('taskId', 'ID'), LIMIT, NEXT_TOKEN]
    case 'insertRelation':
      return statementOf(model, operation.statement, 'insert').args
    case 'syncQuery':
    case 'triggerTask':
      return statementOf(model, operation.statement, 'select', 'delete').args
  }
}

/** The fields of an object's type; undefined for a type that is no object. */
export function fieldsOfType(model: ModelSlice, type: ArgumentType): readonly ArgumentField[] | undefined {
  if (type.kind === 'input') return type.fields
  if (type.kind !== 'value') return undefined
  return model.valueTypes.find(({ name }) => name === type.name)?.fields
}

function scalar(name: string, type: ScalarName): ArgumentField {
  return { name, type: { kind: 'scalar', name: type, nonNull: false } }
}

const ID = scalar('id', 'ID')
const LIMIT = scalar('limit', 'Int')
const NEXT_TOKEN = scalar('nextToken', 'String')

/** The input object of an entity. `optional`: with every field nullable, as that of an update is. */
function input({ fields }: Entity, has: (name: string) => boolean, optional = false): ArgumentField {
  const own: readonly ArgumentField[] = fields
    .filter(({ name }) => has(name))
    .map(({ name, type }) => ({ name, type: optional ? { ...type, nonNull: false } : type }))
  return { name: 'input', type: { kind: 'input', fields: own } }
}

function isTime(name: string): boolean {
  return name === 'createdAt' || name === 'updatedAt'
}
