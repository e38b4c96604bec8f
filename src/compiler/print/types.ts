import {
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  visit,
} from 'graphql'
import { valueInputName } from '../../model/apiNames.js'
import { type EnumType, type Project, SCALARS, type TypeRef, type ValueType } from '../../model/types.js'
import { fieldNode, inputNode, nameNode, refNode, textNode } from './syntax.js'
import type { UsedTypes } from './usedTypes.js'

export function objectType(
  name: string,
  fields: readonly FieldDefinitionNode[],
  description?: string,
): ObjectTypeDefinitionNode {
  return { kind: Kind.OBJECT_TYPE_DEFINITION, name: nameNode(name), fields, ...textNode(description) }
}

export function inputType(
  name: string,
  fields: readonly InputValueDefinitionNode[],
  description?: string,
): InputObjectTypeDefinitionNode {
  return { kind: Kind.INPUT_OBJECT_TYPE_DEFINITION, name: nameNode(name), fields, ...textNode(description) }
}

export function enumType({ name, description, values }: EnumType): EnumTypeDefinitionNode {
  return {
    kind: Kind.ENUM_TYPE_DEFINITION,
    name: nameNode(name),
    values: values.map((value) => ({ kind: Kind.ENUM_VALUE_DEFINITION, name: nameNode(value) })),
    ...textNode(description),
  }
}

/** Name of a type where it is the type of an input: value types have a twin. */
export function inputTypeName(ref: TypeRef & { name: string }): string {
  return ref.kind === 'value' ? valueInputName(ref.name) : ref.name
}

/** The value types and their input twins. */
export function valueTypes(used: UsedTypes, model: Pick<Project, 'valueTypes'>): DefinitionNode[] {
  return model.valueTypes.flatMap((type) => [
    ...(used.values.has(type.name) ? [valueType(type)] : []),
    ...(used.stored.has(type.name) ? [valueInput(type)] : []),
  ])
}

function valueType({ name, fields, description }: ValueType): DefinitionNode {
  const nodes = fields.map((field) => fieldNode(field.name, refNode(field.type), field.description))
  return objectType(name, nodes, description)
}

function valueInput({ name, fields, description }: ValueType): DefinitionNode {
  const nodes = fields.map((field) =>
    inputNode(field.name, refNode(field.type, inputTypeName), { description: field.description }),
  )
  return inputType(valueInputName(name), nodes, description)
}

/** AppSync's scalars that definitions use, in the order of the list of scalars. */
export function usedScalars(definitions: readonly DefinitionNode[]): string[] {
  const used = new Set<string>()
  visit(
    { kind: Kind.DOCUMENT, definitions },
    {
      [Kind.NAMED_TYPE]: (node: NamedTypeNode) => void used.add(node.name.value),
    },
  )
  return SCALARS.filter((name) => name.startsWith('AWS') && used.has(name))
}
