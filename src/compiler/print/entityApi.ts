import { type DefinitionNode, type FieldDefinitionNode, Kind } from 'graphql'
import { connectionName, createInputName, entityFieldNames, updateInputName } from '../../model/apiNames.js'
import type { Entity } from '../../model/types.js'
import { fieldNode, inputNode, listNode, refNode, typeNode } from './syntax.js'
import { inputType, inputTypeName, objectType } from './types.js'

export interface ApiField {
  readonly parent: 'Query' | 'Mutation'
  readonly field: FieldDefinitionNode
}

/** Default of `limit` where entities are listed. */
const LIST_LIMIT = '100'

/** The five operations of an entity. */
export function entityFields({ name, plural }: Entity): ApiField[] {
  const fields = entityFieldNames(name, plural)
  const id = inputNode('id', typeNode('ID', true))
  const limit = inputNode('limit', typeNode('Int'), { defaultValue: { kind: Kind.INT, value: LIST_LIMIT } })
  const token = inputNode('nextToken', typeNode('String'))
  const input = (type: string) => inputNode('input', typeNode(type, true))
  const query = (field: FieldDefinitionNode): ApiField => ({ parent: 'Query', field })
  const mutation = (field: FieldDefinitionNode): ApiField => ({ parent: 'Mutation', field })
  return [
    query(fieldNode(fields.read, typeNode(name), `Reads one ${name} by its id.`, [id])),
    query(
      fieldNode(fields.list, typeNode(connectionName(name), true), `Lists every ${name}, oldest first.`, [
        limit,
        token,
      ]),
    ),
    mutation(
      fieldNode(fields.create, typeNode(name, true), `Creates one ${name}.`, [input(createInputName(name))]),
    ),
    mutation(
      fieldNode(fields.update, typeNode(name, true), `Changes the given fields of one ${name}.`, [
        id,
        input(updateInputName(name)),
      ]),
    ),
    mutation(
      fieldNode(fields.delete, typeNode('DeleteResult', true), `Deletes one ${name} and its relations.`, [
        id,
      ]),
    ),
  ]
}

/** The types of an entity: itself, its connection and its two inputs. */
export function entityTypes(entity: Entity): DefinitionNode[] {
  const { name, fields, description } = entity
  return [
    objectType(
      name,
      fields.map((field) => fieldNode(field.name, refNode(field.type), field.description)),
      description,
    ),
    objectType(
      connectionName(name),
      [fieldNode('items', listNode(name, true)), fieldNode('nextToken', typeNode('String'))],
      `One page of a list of ${name}.`,
    ),
    inputType(createInputName(name), createFields(entity)),
    inputType(updateInputName(name), updateFields(entity)),
  ]
}

function createFields({ fields }: Entity) {
  return fields
    .filter(({ name }) => !isTime(name))
    .map(({ name, type, description }) =>
      name === 'id'
        ? inputNode(name, typeNode('ID'), { description: 'Must be new. Default: a random UUID.' })
        : inputNode(name, refNode(type, inputTypeName), { description }),
    )
}

function updateFields({ fields }: Entity) {
  const own = fields.filter(({ name }) => name !== 'id' && !isTime(name))
  // An input type needs a field, so an entity of nothing but an id has one that says what it is.
  if (own.length === 0)
    return [
      inputNode('_', typeNode('Boolean'), { description: 'Has no meaning: there is nothing to change.' }),
    ]
  return own.map(({ name, type, description }) =>
    inputNode(name, refNode({ ...type, nonNull: false }, inputTypeName), { description }),
  )
}

function isTime(name: string): boolean {
  return name === 'createdAt' || name === 'updatedAt'
}
