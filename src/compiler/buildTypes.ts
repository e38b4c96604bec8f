import type { FieldDefinitionNode } from 'graphql'
import pluralize from 'pluralize'
import type { Entity, EnumType, Field, Project, ResponseType, TypeRef, ValueType } from '../model/types.js'
import type { Schema, SchemaType } from './schema.js'
import { toTypeRef } from './typeRef.js'

export type ProjectTypes = Pick<Project, 'enums' | 'valueTypes' | 'responseTypes' | 'entities'>

/**
 * The model's types in the order of the schema. In a schema with mistakes each broken field stands as a nullable
 * String, so that statements can still be checked against the rest.
 */
export function buildTypes(schema: Schema): ProjectTypes {
  const types = [...schema.types.values()]
  const of = (role: SchemaType['role']) => types.filter((type) => type.role === role)
  return {
    enums: of('enum').map(toEnum),
    valueTypes: of('value').map((type): ValueType => toFields(type, schema)),
    responseTypes: of('response').map((type): ResponseType => toFields(type, schema)),
    entities: of('entity').map((type) => toEntity(type, schema)),
  }
}

const TIME: TypeRef = { kind: 'scalar', name: 'AWSDateTime', nonNull: true }
const GUESS: TypeRef = { kind: 'scalar', name: 'String', nonNull: false }

function toEnum(type: SchemaType): EnumType {
  return {
    name: type.name,
    ...describe(type.description),
    values: unique(type.values.map(({ name }) => name.value)),
  }
}

function toFields(type: SchemaType, schema: Schema) {
  return { name: type.name, ...describe(type.description), fields: fieldsOf(type, schema) }
}

function toEntity(type: SchemaType, schema: Schema): Entity {
  const fields = fieldsOf(type, schema).map((field): Field => {
    if (field.name === 'id') return { ...field, type: { kind: 'scalar', name: 'ID', nonNull: true } }
    // Declared or not, the system always sets both times.
    return field.name === 'createdAt' || field.name === 'updatedAt' ? { ...field, type: TIME } : field
  })
  for (const name of ['createdAt', 'updatedAt']) {
    if (!fields.some((field) => field.name === name)) fields.push({ name, type: TIME })
  }
  return {
    name: type.name,
    table: type.name.toLowerCase(),
    plural: pluralize.plural(type.name),
    ...describe(type.description),
    fields,
  }
}

function fieldsOf(type: SchemaType, schema: Schema): Field[] {
  const fields = new Map<string, Field>()
  for (const node of type.fields) {
    const name = node.name.value
    if (!fields.has(name)) fields.set(name, toField(type, node, schema))
  }
  for (const name of type.lostFields) if (!fields.has(name)) fields.set(name, { name, type: GUESS })
  return [...fields.values()]
}

function toField(owner: SchemaType, node: FieldDefinitionNode, schema: Schema): Field {
  const name = node.name.value
  const type = schema.broken.isField(owner.name, name) ? undefined : toTypeRef(node.type, schema)
  return { name, type: type ?? GUESS, ...describe(node.description?.value) }
}

/** A description, unless it is empty. */
export function describe(description: string | undefined): { readonly description?: string } {
  const text = description?.trim()
  return text ? { description: text } : {}
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
