import { assertValidSchema, buildSchema, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql'
import { AppError } from '../errors/appError.js'
import type { ErrorCode } from '../errors/codes.js'
import type { JsonObject } from '../model/json.js'
import type { Operation, OperationKind, Project } from '../model/types.js'
import { argumentTypes } from '../runtime/arguments/argumentTypes.js'
import { checkArguments } from '../runtime/arguments/checkArguments.js'
import type { Runtime } from '../runtime/runtime.js'
import { attachScalars } from './scalars.js'
import { SettledRoots } from './settledRoots.js'

/** Told of every operation that has ended. `outcome` is `ok` or the code of its error. */
export type OperationObserver = (kind: OperationKind, outcome: 'ok' | ErrorCode, seconds: number) => void

/**
 * The executable schema of a project: its SDL, the checks of the scalars, and one resolver for each operation. The
 * runtime's answers are plain JSON, which `resolveProperty` reads; give it to `execute` as the field resolver.
 */
export function buildGraphqlSchema(
  project: Project,
  runtime: Runtime,
  observe: OperationObserver = () => {},
): GraphQLSchema {
  const schema = buildSchema(project.sdl, { assumeValidSDL: true })
  attachScalars(schema)
  const parents = { Query: schema.getQueryType(), Mutation: schema.getMutationType() }
  for (const operation of project.operations) {
    const field = parents[operation.parent]?.getFields()[operation.field]
    if (!field) throw new Error(`invariant: the API has no field ${operation.parent}.${operation.field}`)
    field.resolve = operationResolver(project, operation, runtime, observe)
  }
  assertValidSchema(schema)
  return schema
}

/** Reads an own property. Inherited ones (a field may be called `constructor`) and functions are no data. */
export const resolveProperty: GraphQLFieldResolver<unknown, unknown> = (source, _args, _context, info) =>
  typeof source === 'object' && source !== null && Object.hasOwn(source, info.fieldName)
    ? (source as Readonly<Record<string, unknown>>)[info.fieldName]
    : undefined

function operationResolver(
  project: Project,
  operation: Operation,
  runtime: Runtime,
  observe: OperationObserver,
): GraphQLFieldResolver<unknown, unknown> {
  const declared = argumentTypes(project, operation)
  return async (source, args, _context, info) => {
    if (source instanceof SettledRoots) return source.take(String(info.path.key))
    const start = performance.now()
    let outcome: 'ok' | ErrorCode = 'ok'
    try {
      checkArguments(project, declared, args as JsonObject)
      return await runtime.execute(operation, args as JsonObject)
    } catch (error) {
      outcome = error instanceof AppError ? error.code : 'Internal'
      throw error
    } finally {
      observe(operation.kind, outcome, (performance.now() - start) / 1000)
    }
  }
}
