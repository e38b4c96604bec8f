import { type DefinitionNode, type FieldDefinitionNode, Kind, print } from 'graphql'
import type { Project } from '../../model/types.js'
import { entityFields, entityTypes } from './entityApi.js'
import { statementFields, statementTypes } from './statementApi.js'
import { nameNode } from './syntax.js'
import { enumType, objectType, usedScalars, valueTypes } from './types.js'
import { usedTypes } from './usedTypes.js'

export type ApiModel = Omit<Project, 'sdl' | 'hash' | 'name' | 'format'>

/**
 * The generated API in SDL: the scalars that it uses first (a host with built-in ones drops these lines), then Query
 * and Mutation, entities, statements, enums. It has no directives, and graphql-js builds a schema from it.
 */
export function printApi(model: ApiModel): string {
  const used = usedTypes(model)
  const definitions: DefinitionNode[] = [
    ...rootTypes(model),
    ...model.entities.flatMap((entity) => entityTypes(entity)),
    ...valueTypes(used, model),
    ...statementTypes(used, model),
    ...model.enums.map(enumType),
  ]
  const scalars = usedScalars(definitions).map(
    (name): DefinitionNode => ({ kind: Kind.SCALAR_TYPE_DEFINITION, name: nameNode(name) }),
  )
  return `${print({ kind: Kind.DOCUMENT, definitions: [...scalars, ...definitions] })}\n`
}

function rootTypes(model: ApiModel): DefinitionNode[] {
  const fields = [...model.entities.flatMap(entityFields), ...model.statements.flatMap(statementFields)]
  const of = (parent: 'Query' | 'Mutation') =>
    fields.filter((one) => one.parent === parent).map((one) => one.field)
  return [root('Query', of('Query')), root('Mutation', of('Mutation'))].flat()
}

function root(name: string, fields: readonly FieldDefinitionNode[]): DefinitionNode[] {
  return fields.length === 0 ? [] : [objectType(name, fields)]
}
