import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql'
import type { StatementCatalog, StatementInput } from '../../src/compiler/sql/analyzeStatements.js'
import type { Json } from '../../src/model/json.js'
import { type Field, SCALARS, type ScalarName, type TypeRef } from '../../src/model/types.js'

/** The statements of a valid schema and what they may use, read straight from its SDL without the compiler. */
export function catalogOf(sdl: string): { catalog: StatementCatalog; inputs: StatementInput[] } {
  const document = parse(sdl)
  const kinds = kindsOf(document)
  const catalog = { entities: [], enums: [], valueTypes: [], responseTypes: [] } as {
    -readonly [K in keyof StatementCatalog]: StatementCatalog[K][number][]
  }
  const inputs: StatementInput[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
      const values = (definition.values ?? []).map((value) => value.name.value)
      catalog.enums.push({ name: definition.name.value, values })
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const name = definition.name.value
    const nodes = definition.fields ?? []
    if (name === 'Query' || name === 'Mutation') {
      inputs.push(...nodes.map((node) => statementInput(name, node, kinds)))
      continue
    }
    const fields = nodes.map((node) => ({ name: node.name.value, type: typeRef(node.type, kinds) }))
    switch (kinds.get(name)) {
      case 'entity':
        catalog.entities.push({
          name,
          table: name.toLowerCase(),
          plural: `${name}s`,
          fields: withTimes(fields),
        })
        break
      case 'response':
        catalog.responseTypes.push({ name, fields })
        break
      default:
        catalog.valueTypes.push({ name, fields })
    }
  }
  return { catalog, inputs }
}

type NamedKind = 'enum' | 'entity' | 'response' | 'value'

function kindsOf(document: DocumentNode): Map<string, NamedKind> {
  const kinds = new Map<string, NamedKind>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) kinds.set(definition.name.value, 'enum')
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const response = definition.directives?.some((one) => one.name.value === 'task_response')
    const entity = definition.fields?.some((field) => field.name.value === 'id')
    kinds.set(definition.name.value, response ? 'response' : entity ? 'entity' : 'value')
  }
  return kinds
}

function statementInput(
  parent: 'Query' | 'Mutation',
  node: FieldDefinitionNode,
  kinds: ReadonlyMap<string, NamedKind>,
): StatementInput {
  const directive = node.directives?.find((one) => one.name.value === 'sql_query')
  const given = (name: string) => directive?.arguments?.find((one) => one.name.value === name)?.value
  const query = given('query')
  const mode = given('mode')
  return {
    parent,
    name: node.name.value,
    args: (node.arguments ?? []).map((argument) => ({
      name: argument.name.value,
      type: typeRef(argument.type, kinds),
      ...(argument.defaultValue && { default: valueFromASTUntyped(argument.defaultValue) as Json }),
    })),
    returns: typeRef(node.type, kinds),
    mode: mode?.kind === Kind.ENUM && mode.value === 'SYNC' ? 'SYNC' : 'TASK',
    sql: query?.kind === Kind.STRING ? query.value : '',
  }
}

function typeRef(node: TypeNode, kinds: ReadonlyMap<string, NamedKind>, nonNull = false): TypeRef {
  if (node.kind === Kind.NON_NULL_TYPE) return typeRef(node.type, kinds, true)
  if (node.kind === Kind.LIST_TYPE) return { kind: 'list', item: typeRef(node.type, kinds), nonNull }
  const name = node.name.value
  if ((SCALARS as readonly string[]).includes(name)) {
    return { kind: 'scalar', name: name as ScalarName, nonNull }
  }
  const kind = kinds.get(name)
  if (kind === 'enum' || kind === 'value' || kind === 'response') return { kind, name, nonNull }
  throw new Error(`The test's schema has no type ${name}`)
}

function withTimes(fields: Field[]): Field[] {
  const time: TypeRef = { kind: 'scalar', name: 'AWSDateTime', nonNull: true }
  const missing = ['createdAt', 'updatedAt'].filter((name) => !fields.some((field) => field.name === name))
  return [...fields, ...missing.map((name) => ({ name, type: time }))]
}
