import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { type CollectedField, collectFields } from './collectFields.js'
import { SettledRoots } from './settledRoots.js'

/**
 * An operation that was worked out ahead of its requests. What it does is what graphql-js does for the same operation as
 * long as nothing goes wrong; wherever something does, graphql-js takes over and words it.
 */
export interface DirectPlan {
  /**
   * The data; or `SettledRoots` when something is wrong with it, for graphql-js to run on, which must not run the root
   * fields again; or undefined when nothing has run, since the arguments don't fit.
   */
  run(variables: Readonly<Record<string, unknown>>): Promise<DirectData | SettledRoots | undefined>
}

export interface DirectData {
  readonly data: Readonly<Record<string, unknown>>
}

/** Most errors of variables that are collected, as by graphql-js. Whoever has one goes there. */
const MAX_ERRORS = 50

/**
 * Plans an operation of a valid document. Undefined for one that needs more than fields of objects: directives,
 * introspection, several fields of a mutation.
 */
export function directPlan(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DirectPlan | undefined {
  const type = schema.getRootType(operation.operation)
  const fields = type && collectFields(operation.selectionSet, type, fragments)
  if (!type || !fields || fields.length === 0 || (operation.directives?.length ?? 0) > 0) return undefined
  if (operation.operation !== 'query' && fields.length > 1) return undefined
  const roots: Root[] = []
  for (const field of fields) {
    const root = planRoot(type, field, fragments)
    if (!root) return undefined
    roots.push(root)
  }
  const definitions = operation.variableDefinitions ?? []

  const argumentsOf = (given: Readonly<Record<string, unknown>>) => {
    const { coerced, errors } = getVariableValues(schema, definitions, given, { maxErrors: MAX_ERRORS })
    if (errors) return undefined
    try {
      return roots.map(({ definition, node }) => getArgumentValues(definition, node, coerced))
    } catch {
      return undefined
    }
  }

  return {
    async run(given) {
      const args = argumentsOf(given)
      if (!args) return undefined
      const outcomes =
        roots.length === 1
          ? [await settle(roots[0] as Root, args[0])]
          : await Promise.all(roots.map((root, index) => settle(root, args[index])))
      const data: Record<string, unknown> = {}
      try {
        for (const [index, outcome] of outcomes.entries()) {
          if ('error' in outcome) throw ODD
          const { key, complete } = roots[index] as Root
          data[key] = complete(outcome.value)
        }
        return { data }
      } catch (error) {
        if (error !== ODD) throw error
        return new SettledRoots(
          new Map(outcomes.map((outcome, index) => [(roots[index] as Root).key, outcome])),
        )
      }
    },
  }
}

type Complete = (value: unknown) => unknown

interface Root {
  readonly key: string
  readonly node: CollectedField['node']
  readonly definition: GraphQLField<unknown, unknown>
  readonly resolve: (source: undefined, args: unknown) => unknown
  readonly complete: Complete
}

/** Thrown where graphql-js would report an error. */
const ODD = new Error('Something is wrong with a result.')

function planRoot(
  type: GraphQLObjectType,
  { key, node, selections }: CollectedField,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Root | undefined {
  const definition = type.getFields()[node.name.value]
  const complete = definition?.resolve && planValue(definition.type, selections, fragments)
  if (!complete) return undefined
  return { key, node, definition, resolve: definition.resolve as unknown as Root['resolve'], complete }
}

async function settle({ resolve }: Root, args: unknown): Promise<{ value: unknown } | { error: unknown }> {
  try {
    return { value: await resolve(undefined, args) }
  } catch (error) {
    return { error }
  }
}

function planValue(
  type: GraphQLOutputType,
  selections: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Complete | undefined {
  if (isNonNullType(type)) {
    const inner = planPresent(type.ofType, selections, fragments)
    return (
      inner &&
      ((value) => {
        if (value === null || value === undefined) throw ODD
        return inner(value)
      })
    )
  }
  const inner = planPresent(type, selections, fragments)
  return inner && ((value) => (value === null || value === undefined ? null : inner(value)))
}

/** For values that are not null. */
function planPresent(
  type: GraphQLOutputType,
  selections: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Complete | undefined {
  if (isListType(type)) {
    const inner = planValue(type.ofType, selections, fragments)
    return (
      inner &&
      ((value) => {
        if (!Array.isArray(value)) throw ODD
        return value.map(inner)
      })
    )
  }
  if (isObjectType(type)) return planObject(type, selections, fragments)
  if (!isScalarType(type) && !isEnumType(type)) return undefined
  const isPlain = PLAIN[type.name]
  return (value) => {
    if (isPlain?.(value)) return value
    let result: unknown
    try {
      result = type.serialize(value)
    } catch {
      throw ODD
    }
    if (result === null || result === undefined) throw ODD
    return result
  }
}

/** Values that GraphQL's own scalars leave as they are. */
const PLAIN: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
}

function planObject(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Complete | undefined {
  const collected = collectFields(
    { kind: Kind.SELECTION_SET, selections: selections.flatMap((one) => one.selections) },
    type,
    fragments,
  )
  if (!collected) return undefined
  const keys: string[] = []
  const names: string[] = []
  const completes: Complete[] = []
  for (const { key, node, selections: below } of collected) {
    const name = node.name.value
    const definition = type.getFields()[name]
    const complete =
      name === '__typename'
        ? () => type.name
        : definition && !definition.resolve && definition.args.length === 0
          ? planValue(definition.type, below, fragments)
          : undefined
    if (!complete) return undefined
    keys.push(key)
    names.push(name)
    completes.push(complete)
  }
  // Inherited properties are no data; most names have none, and need not be looked at.
  const inherited = names.map((name) => name in Object.prototype)
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw ODD
    const source = value as Readonly<Record<string, unknown>>
    const result: Record<string, unknown> = {}
    for (let index = 0; index < keys.length; index++) {
      const name = names[index] as string
      const part = inherited[index] && !Object.hasOwn(source, name) ? undefined : source[name]
      result[keys[index] as string] = (completes[index] as Complete)(part)
    }
    return result
  }
}
