import type {
  ConstDirectiveNode,
  DefinitionNode,
  EnumTypeDefinitionNode,
  EnumTypeExtensionNode,
  EnumValueDefinitionNode,
  FieldDefinitionNode,
  NamedTypeNode,
  NameNode,
  ObjectTypeDefinitionNode,
  ObjectTypeExtensionNode,
} from 'graphql'
import { isScalarName } from './isScalarName.js'
import type { ParsedSchema } from './parse.js'

/** What an object type or enum is for. `unknown`: its text is damaged, so nobody can tell. */
export type Role =
  | 'entity'
  | 'value'
  | 'response'
  | 'query'
  | 'mutation'
  | 'subscription'
  | 'enum'
  | 'unknown'

/** An object type or enum of the schema with its extensions merged in. */
export interface SchemaType {
  readonly name: string
  /** Where it is named: what diagnostics mark. */
  readonly nameNode: NameNode
  readonly role: Role
  readonly description: string | undefined
  readonly fields: readonly FieldDefinitionNode[]
  readonly values: readonly EnumValueDefinitionNode[]
  readonly directives: readonly ConstDirectiveNode[]
  readonly interfaces: readonly NamedTypeNode[]
  /** Names of fields whose text could not be read. */
  readonly lostFields: readonly string[]
  /** Whether parts of it are lost without a name. */
  readonly damaged: boolean
  /** The first type of the same name, when this is a further one. It takes part in checks, not in the model. */
  readonly duplicateOf: SchemaType | undefined
}

export interface Schema {
  readonly definitions: readonly DefinitionNode[]
  /** Every type, duplicates too, in the order of the text. */
  readonly all: readonly SchemaType[]
  /** The first type of each name. */
  readonly types: ReadonlyMap<string, SchemaType>
  /** Names of interfaces, unions, inputs, other scalars and unreadable types: known, but not usable. */
  readonly unusable: ReadonlySet<string>
  /** Whether parts are lost that belong to no known type, so that any name may be defined there. */
  readonly damaged: boolean
  /** Names of the root types, `Query` and `Mutation` unless the schema says otherwise. */
  readonly roots: Readonly<Record<'query' | 'mutation' | 'subscription', string>>
  readonly broken: BrokenParts
}

/** Fields and types with a reported mistake: the model has no right version of them, so nobody judges by them. */
export interface BrokenParts {
  field(type: string, field: string): void
  type(name: string): void
  isField(type: string, field: string): boolean
  isType(name: string): boolean
  /** Broken fields of all types. */
  fields(): readonly { readonly type: string; readonly field: string }[]
}

/** Sorts the definitions: types with their extensions merged, and what each type is for. */
export function collectSchema(parsed: ParsedSchema): Schema {
  const { definitions, damages } = parsed
  const roots = rootNames(definitions)
  const broken = createBrokenParts()
  const unusable = new Set<string>()
  let damaged = false
  const found = new Map<string, TypeParts[]>()
  const inOrder: TypeParts[] = []
  for (const definition of definitions) {
    if (isTypeDefinition(definition)) {
      const parts: TypeParts = { node: definition, extensions: [] }
      inOrder.push(parts)
      found.set(definition.name.value, [...(found.get(definition.name.value) ?? []), parts])
    } else if (UNUSABLE.has(definition.kind) && 'name' in definition && definition.name) {
      if (!isScalarName(definition.name.value)) unusable.add(definition.name.value)
    }
  }
  for (const definition of definitions) {
    if (!isTypeExtension(definition)) continue
    const name = definition.name.value
    const base = found.get(name)?.[0]
    if (base) {
      if (isEnum(base.node) === isEnum(definition)) base.extensions.push(definition)
    } else if (name === roots.query || name === roots.mutation) {
      const parts: TypeParts = { node: definition, extensions: [] }
      inOrder.push(parts)
      found.set(name, [parts])
    }
  }
  for (const { type } of damages) {
    if (type === undefined) damaged = true
    else if (!found.has(type)) unusable.add(type)
  }

  const all: SchemaType[] = []
  const types = new Map<string, SchemaType>()
  for (const parts of inOrder) {
    const name = parts.node.name.value
    const lost = damages.filter(({ type }) => type === name)
    const type = toSchemaType(parts, roots, lost, types.get(name))
    all.push(type)
    if (!types.has(name)) types.set(name, type)
    for (const field of type.lostFields) broken.field(name, field)
    if (type.damaged) broken.type(name)
  }
  return { definitions, all, types, unusable, damaged, roots, broken }
}

type TypeNode = ObjectTypeDefinitionNode | EnumTypeDefinitionNode | TypeExtensionNode
type TypeExtensionNode = ObjectTypeExtensionNode | EnumTypeExtensionNode

interface TypeParts {
  readonly node: TypeNode
  readonly extensions: TypeExtensionNode[]
}

const UNUSABLE = new Set<string>([
  'InterfaceTypeDefinition',
  'UnionTypeDefinition',
  'InputObjectTypeDefinition',
  'ScalarTypeDefinition',
])

/** Types of the directives' own definitions: a schema may repeat them for its editor. */
export const BUILT_IN_ENUM = 'SqlMode'

function isTypeDefinition(node: DefinitionNode): node is ObjectTypeDefinitionNode | EnumTypeDefinitionNode {
  if (node.kind === 'EnumTypeDefinition') return node.name.value !== BUILT_IN_ENUM
  return node.kind === 'ObjectTypeDefinition'
}

export function isTypeExtension(node: DefinitionNode): node is TypeExtensionNode {
  return node.kind === 'ObjectTypeExtension' || node.kind === 'EnumTypeExtension'
}

export function isEnum(node: TypeNode): node is EnumTypeDefinitionNode | EnumTypeExtensionNode {
  return node.kind === 'EnumTypeDefinition' || node.kind === 'EnumTypeExtension'
}

function rootNames(definitions: readonly DefinitionNode[]): Schema['roots'] {
  const roots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }
  for (const definition of definitions) {
    if (definition.kind !== 'SchemaDefinition' && definition.kind !== 'SchemaExtension') continue
    for (const { operation, type } of definition.operationTypes ?? []) roots[operation] = type.name.value
  }
  return roots
}

function toSchemaType(
  { node, extensions }: TypeParts,
  roots: Schema['roots'],
  lost: ParsedSchema['damages'],
  duplicateOf: SchemaType | undefined,
): SchemaType {
  const nodes = [node, ...extensions]
  const fields = nodes.flatMap((one) => (isEnum(one) ? [] : (one.fields ?? [])))
  const directives = nodes.flatMap((one) => one.directives ?? [])
  const lostFields = lost.flatMap((one) => one.fields ?? [])
  const damaged = lost.some((one) => one.fields === undefined)
  const fieldNames = new Set([...fields.map(({ name }) => name.value), ...lostFields])
  return {
    name: node.name.value,
    nameNode: node.name,
    role: isEnum(node) ? 'enum' : roleOf(node.name.value, directives, fieldNames, roots, damaged),
    description: 'description' in node ? node.description?.value : undefined,
    fields,
    values: nodes.flatMap((one) => (isEnum(one) ? (one.values ?? []) : [])),
    directives,
    interfaces: nodes.flatMap((one) => (isEnum(one) ? [] : (one.interfaces ?? []))),
    lostFields: isEnum(node) ? [] : lostFields,
    damaged: damaged || (isEnum(node) && lostFields.length > 0),
    duplicateOf,
  }
}

function roleOf(
  name: string,
  directives: readonly ConstDirectiveNode[],
  fields: ReadonlySet<string>,
  roots: Schema['roots'],
  damaged: boolean,
): Role {
  if (name === roots.query || name === 'Query') return 'query'
  if (name === roots.mutation || name === 'Mutation') return 'mutation'
  if (name === roots.subscription || name === 'Subscription') return 'subscription'
  if (directives.some((directive) => directive.name.value === 'task_response')) return 'response'
  if (fields.has('id')) return 'entity'
  return damaged ? 'unknown' : 'value'
}

function createBrokenParts(): BrokenParts {
  const fields = new Map<string, { type: string; field: string }>()
  const types = new Set<string>()
  return {
    field: (type, field) => void fields.set(`${type}.${field}`, { type, field }),
    type: (name) => void types.add(name),
    isField: (type, field) => fields.has(`${type}.${field}`),
    isType: (name) => types.has(name),
    fields: () => [...fields.values()],
  }
}
