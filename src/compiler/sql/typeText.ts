import type { TypeRef } from '../../model/types.js'

/** A type as GraphQL writes it: `[ID!]!`. */
export function typeText(type: TypeRef): string {
  const inner = type.kind === 'list' ? `[${typeText(type.item)}]` : type.name
  return type.nonNull ? `${inner}!` : inner
}
