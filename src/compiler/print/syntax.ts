import {
  type ConstValueNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NameNode,
  type StringValueNode,
  type TypeNode,
} from 'graphql'
import type { Json } from '../../model/json.js'
import type { TypeRef } from '../../model/types.js'

/** Makes the nodes of the generated SDL, so that graphql-js prints it and no text is pasted together. */
export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value }
}

/** A named type; `required` adds the exclamation mark. */
export function typeNode(name: string, required = false): TypeNode {
  const type = { kind: Kind.NAMED_TYPE, name: nameNode(name) } as const
  return required ? { kind: Kind.NON_NULL_TYPE, type } : type
}

/** A list of a required type: `[User!]`. */
export function listNode(item: string, required = false): TypeNode {
  const type = { kind: Kind.LIST_TYPE, type: typeNode(item, true) } as const
  return required ? { kind: Kind.NON_NULL_TYPE, type } : type
}

/** The node of a type of the model. `rename` gives value types another name: that of their input twin. */
export function refNode(
  ref: TypeRef,
  rename: (ref: TypeRef & { name: string }) => string = ({ name }) => name,
): TypeNode {
  const type =
    ref.kind === 'list'
      ? ({ kind: Kind.LIST_TYPE, type: refNode(ref.item, rename) } as const)
      : ({ kind: Kind.NAMED_TYPE, name: nameNode(rename(ref)) } as const)
  return ref.nonNull ? { kind: Kind.NON_NULL_TYPE, type } : type
}

export function textNode(value: string | undefined): { readonly description?: StringValueNode } {
  if (value === undefined) return {}
  return { description: { kind: Kind.STRING, value, block: value.includes('\n') } }
}

export function fieldNode(
  name: string,
  type: TypeNode,
  description?: string,
  args: readonly InputValueDefinitionNode[] = [],
): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: nameNode(name),
    type,
    arguments: args,
    ...textNode(description),
  }
}

export function inputNode(
  name: string,
  type: TypeNode,
  more: { readonly description?: string | undefined; readonly defaultValue?: ConstValueNode } = {},
): InputValueDefinitionNode {
  const { description, defaultValue } = more
  return {
    kind: Kind.INPUT_VALUE_DEFINITION,
    name: nameNode(name),
    type,
    ...textNode(description),
    ...(defaultValue ? { defaultValue } : {}),
  }
}

/** An input value of a type as a literal. */
export function valueNode(ref: TypeRef, value: Json): ConstValueNode {
  if (value === null) return { kind: Kind.NULL }
  if (ref.kind === 'list' && Array.isArray(value)) {
    return { kind: Kind.LIST, values: value.map((item: Json) => valueNode(ref.item, item)) }
  }
  if (ref.kind === 'enum') return { kind: Kind.ENUM, value: String(value) }
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value }
  if (typeof value === 'number') {
    return Number.isInteger(value) && !String(value).includes('e')
      ? { kind: Kind.INT, value: String(value) }
      : { kind: Kind.FLOAT, value: String(value) }
  }
  return { kind: Kind.STRING, value: String(value) }
}
