import {
  type GraphQLScalarType,
  type GraphQLSchema,
  isScalarType,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql'
import { parseScalar } from '../model/scalars/parseScalar.js'
import { SCALARS, type ScalarName } from '../model/types.js'
import { ApiError } from './apiError.js'

const BUILT_IN = new Set<string>(['ID', 'String', 'Int', 'Float', 'Boolean'])

/** Gives AppSync's scalars of a schema their checks. The schema's own instances change, nothing global. */
export function attachScalars(schema: GraphQLSchema): void {
  for (const name of SCALARS) {
    const type = schema.getType(name)
    if (BUILT_IN.has(name) || !isScalarType(type)) continue
    attach(type, name)
  }
}

function attach(type: GraphQLScalarType, name: ScalarName): void {
  const parse = (value: unknown, node?: ValueNode) => {
    const result = parseScalar(name, value)
    if (!result.ok) throw new ApiError('BadInput', result.message, { nodes: node ?? null })
    return result.value
  }
  type.parseValue = (value) => parse(value)
  type.parseLiteral = (node, variables) => parse(valueFromASTUntyped(node, variables), node)
  // Stored values were checked when they came in, and rules may have become stricter since: only the form counts here.
  const form = name === 'AWSTimestamp' ? 'number' : 'string'
  type.serialize = (value) => {
    if (typeof value === form) return value
    // Not a `GraphQLError`, whose message would be taken as one for clients.
    throw new TypeError(`invariant: a value of ${name} must be a ${form}, not a ${typeof value}`)
  }
}
