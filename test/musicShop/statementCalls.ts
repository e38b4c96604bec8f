import {
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeNode,
} from 'graphql'

/** The documents with which a client runs one statement of a schema. */
export type StatementCall =
  /** Answers directly: a SYNC statement or an INSERT. */
  | { readonly kind: 'direct'; readonly field: string; readonly query: string }
  | {
      readonly kind: 'task'
      readonly trigger: string
      readonly triggerField: string
      /** Takes `taskId`, and for a SELECT `nextToken`. */
      readonly result: string
      readonly resultField: string
      readonly isDeletion: boolean
    }

/** Reads from a schema's text how each of its statements is called, with all fields of its answer. */
export function statementCalls(schema: string): ReadonlyMap<string, StatementCall> {
  const types = new Map<string, ObjectTypeDefinitionNode>()
  for (const definition of parse(schema).definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) types.set(definition.name.value, definition)
  }
  const calls = new Map<string, StatementCall>()
  for (const root of ['Query', 'Mutation'] as const) {
    for (const field of types.get(root)?.fields ?? []) calls.set(field.name.value, callOf(root, field, types))
  }
  return calls
}

function callOf(
  root: 'Query' | 'Mutation',
  field: FieldDefinitionNode,
  types: ReadonlyMap<string, ObjectTypeDefinitionNode>,
): StatementCall {
  const name = field.name.value
  const variables = (field.arguments ?? []).map(
    (one) => `$${one.name.value}: ${print(one.type)}${defaultOf(one)}`,
  )
  const passed = (field.arguments ?? []).map((one) => `${one.name.value}: $${one.name.value}`)
  const call = `${inParentheses(passed)}`
  const selection = selectionOf(field.type, types)
  const isInsert = root === 'Mutation' && field.type.kind === Kind.NON_NULL_TYPE
  if (isInsert || isSync(field)) {
    const operation = root.toLowerCase()
    return {
      kind: 'direct',
      field: name,
      query: `${operation} ${inParentheses(variables)} { ${name}${call} ${selection} }`,
    }
  }
  const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const triggerField = `triggerTask${capital}`
  const resultField = `taskResult${capital}`
  const isDeletion = root === 'Mutation'
  return {
    kind: 'task',
    triggerField,
    trigger: `mutation ${inParentheses(variables)} { ${triggerField}${call} { taskId } }`,
    resultField,
    result: isDeletion
      ? `query ($taskId: ID!) { ${resultField}(taskId: $taskId) { taskStatus deletedCount error } }`
      : `query ($taskId: ID!, $nextToken: String) {
           ${resultField}(taskId: $taskId, nextToken: $nextToken) { taskStatus result ${selection} nextToken error }
         }`,
    isDeletion,
  }
}

function isSync(field: FieldDefinitionNode): boolean {
  return (field.directives ?? []).some((directive) =>
    (directive.arguments ?? []).some(
      ({ name, value }) => name.value === 'mode' && value.kind === Kind.ENUM && value.value === 'SYNC',
    ),
  )
}

function selectionOf(type: TypeNode, types: ReadonlyMap<string, ObjectTypeDefinitionNode>): string {
  if (type.kind !== Kind.NAMED_TYPE) return selectionOf(type.type, types)
  const fields = types.get(type.name.value)?.fields
  return fields ? `{ ${fields.map((field) => field.name.value).join(' ')} }` : ''
}

function defaultOf(argument: NonNullable<FieldDefinitionNode['arguments']>[number]): string {
  return argument.defaultValue ? ` = ${print(argument.defaultValue)}` : ''
}

function inParentheses(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `(${parts.join(', ')})`
}
