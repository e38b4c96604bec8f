import type { NamedTypeNode, TypeNode } from 'graphql'
import type { TypeRef } from '../model/types.js'
import { isScalarName } from './isScalarName.js'
import type { Schema } from './schema.js'

/** The model's form of a type as it is written; undefined when it names nothing that a value can have. */
export function toTypeRef(node: TypeNode, schema: Schema): TypeRef | undefined {
  if (node.kind === 'NonNullType') {
    const type = toTypeRef(node.type, schema)
    return type && { ...type, nonNull: true }
  }
  if (node.kind === 'ListType') {
    const item = toTypeRef(node.type, schema)
    return item && { kind: 'list', item, nonNull: false }
  }
  const name = node.name.value
  if (isScalarName(name)) return { kind: 'scalar', name, nonNull: false }
  const role = schema.types.get(name)?.role
  if (role === 'enum' || role === 'value' || role === 'response') return { kind: role, name, nonNull: false }
  return undefined
}

/** The named type inside lists and exclamation marks. */
export function namedType(node: TypeNode): NamedTypeNode {
  let type = node
  while (type.kind !== 'NamedType') type = type.type
  return type
}

/** Number of lists around the named type. */
export function listDepth(node: TypeNode): number {
  if (node.kind === 'NamedType') return 0
  return listDepth(node.type) + (node.kind === 'ListType' ? 1 : 0)
}

/** A type as GraphQL writes it: `[ID!]!`. */
export function typeText(node: TypeNode): string {
  if (node.kind === 'NamedType') return node.name.value
  return node.kind === 'ListType' ? `[${typeText(node.type)}]` : `${typeText(node.type)}!`
}
