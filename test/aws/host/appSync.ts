import { transform } from 'esbuild'
import {
  buildSchema,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  parse,
  validate,
} from 'graphql'
import { SCALARS } from '../../../src/model/types.js'
import { attachScalars } from '../../../src/server/scalars.js'
import type { InvocationResult } from './lambdaService.js'

/** One `AWS::AppSync::Resolver`, with the function behind its data source. */
export interface ResolverDefinition {
  readonly parent: string
  readonly field: string
  /** Module for the runtime APPSYNC_JS. */
  readonly code: string
  readonly functionName: string
}

export interface AppSyncAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly AppSyncErrorJson[]
}

export interface AppSyncErrorJson {
  readonly message: string
  readonly errorType: string
  readonly path?: readonly (string | number)[]
}

export interface AppSync {
  readonly schema: GraphQLSchema
  execute(query: string, variables?: Readonly<Record<string, unknown>>): Promise<AppSyncAnswer>
}

type Handler = (context: unknown) => unknown

interface ResolverModule {
  readonly request: Handler
  readonly response: Handler
}

/** What `util.error` throws: an error of the field, with a type. */
class ResolverError extends Error {
  readonly errorType: string

  constructor(message: string, errorType: string) {
    super(message)
    this.errorType = errorType
  }
}

const GRAPHQL_SCALARS = new Set<string>(['ID', 'String', 'Int', 'Float', 'Boolean'])

/**
 * AppSync as far as resolvers see it: the schema that was given to it, arguments coerced, AWSJSON handed on parsed, each
 * resolver's own code run around its function.
 */
export async function openAppSync(
  definition: string,
  resolvers: readonly ResolverDefinition[],
  invoke: (functionName: string, payload: unknown) => Promise<InvocationResult>,
): Promise<AppSync> {
  const scalars = SCALARS.filter((name) => !GRAPHQL_SCALARS.has(name)).map((name) => `scalar ${name}\n`)
  const schema = buildSchema(definition + scalars.join(''))
  attachScalars(schema)
  const modules = new Map<string, Promise<ResolverModule>>()
  for (const { parent, field, code, functionName } of resolvers) {
    const type = schema.getType(parent)
    const target = type && 'getFields' in type ? type.getFields()[field] : undefined
    if (!target || !('args' in target)) throw new Error(`The schema has no field ${parent}.${field}.`)
    if (!modules.has(code)) modules.set(code, loadCode(code))
    const module = await (modules.get(code) as Promise<ResolverModule>)
    const types = Object.fromEntries(target.args.map((argument) => [argument.name, argument.type]))
    target.resolve = resolverOf(module, types, (payload) => invoke(functionName, payload))
  }
  return {
    schema,
    async execute(query, variables = {}) {
      const document = parse(query)
      const mistakes = validate(schema, document)
      if (mistakes.length > 0) return { errors: mistakes.map(errorJson) }
      const result = await execute({ schema, document, variableValues: variables })
      return {
        ...(result.data !== undefined && {
          data: JSON.parse(JSON.stringify(result.data)) as Readonly<Record<string, unknown>> | null,
        }),
        ...(result.errors && { errors: result.errors.map(errorJson) }),
      }
    },
  }
}

function resolverOf(
  module: ResolverModule,
  types: Readonly<Record<string, GraphQLInputType>>,
  invoke: (payload: unknown) => Promise<InvocationResult>,
): GraphQLFieldResolver<unknown, unknown> {
  return async (_source, args, _context, info) => {
    const context = {
      args: parsedJson(args, types),
      arguments: parsedJson(args, types),
      identity: null,
      source: null,
      request: { headers: { 'x-amzn-requestid': 'request-1', host: 'api' }, domainName: null },
      info: {
        fieldName: info.fieldName,
        parentTypeName: info.parentType.name,
        variables: info.variableValues,
      },
      prev: null,
      stash: {},
    }
    const request = module.request(context) as { operation: string; payload: unknown }
    if (request.operation !== 'Invoke') throw new Error(`A resolver asks for ${request.operation}.`)
    const outcome = await invoke(request.payload)
    const value = module.response({
      ...context,
      ...(outcome.ok
        ? { result: outcome.result }
        : { result: null, error: { message: outcome.errorMessage, type: outcome.errorType } }),
    })
    const bytes = Buffer.byteLength(JSON.stringify(value) ?? '')
    if (bytes > MAX_RESOLVED_BYTES) throw new Error(`A resolver gave ${bytes} bytes: AppSync takes 5 MB.`)
    return value
  }
}

/** Source: quotas of AWS AppSync, 5 MB for what a resolver's code gives. */
const MAX_RESOLVED_BYTES = 5_000_000

/** AppSync gives resolvers the values of AWSJSON arguments parsed. */
function parsedJson(
  args: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, GraphQLInputType>>,
): unknown {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, parseJson(value, types[name] as GraphQLInputType)]),
  )
}

function parseJson(value: unknown, type: GraphQLInputType): unknown {
  if (value === null || value === undefined) return value
  if (isNonNullType(type)) return parseJson(value, type.ofType)
  if (isListType(type)) return (value as readonly unknown[]).map((item) => parseJson(item, type.ofType))
  if (isInputObjectType(type)) {
    const fields = type.getFields()
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        parseJson(part, fields[name]?.type as GraphQLInputType),
      ]),
    )
  }
  return type.name === 'AWSJSON' ? (JSON.parse(value as string) as unknown) : value
}

/** Loads a resolver's code with the part of `@aws-appsync/utils` that resolvers use. */
async function loadCode(code: string): Promise<ResolverModule> {
  const util = {
    error(message: string, type: string): never {
      throw new ResolverError(message, type)
    },
  }
  const { code: script } = await transform(code, { format: 'cjs' })
  const module = { exports: {} as ResolverModule }
  const requireUtils = (name: string) => {
    if (name !== '@aws-appsync/utils') throw new Error(`Resolvers can't import ${name}.`)
    return { util }
  }
  new Function('require', 'module', 'exports', script)(requireUtils, module, module.exports)
  return module.exports
}

function errorJson(error: GraphQLError): AppSyncErrorJson {
  const cause = error.originalError
  return {
    message: error.message,
    errorType: cause instanceof ResolverError ? cause.errorType : 'BadInput',
    ...(error.path && { path: error.path }),
  }
}
