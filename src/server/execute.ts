import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  Kind,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql'
import type { Project } from '../model/types.js'
import type { Logger } from '../ports/system.js'
import type { Runtime } from '../runtime/runtime.js'
import { ApiError } from './apiError.js'
import { type DirectPlan, directPlan } from './directPlan.js'
import { DocumentCache } from './documentCache.js'
import { checkDocumentLimits } from './documentLimits.js'
import { buildGraphqlSchema, type OperationObserver, resolveProperty } from './graphqlSchema.js'
import { type ServerLimits, serverLimits } from './limits.js'
import { translateError } from './translateError.js'

export interface ExecuteRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  /** Which operation of the document runs; needed only when it holds several. */
  readonly operationName?: string | null | undefined
  /** The caller's own; nothing reads it yet. */
  readonly context?: unknown
  /** Names the request in the log and in `extensions.requestId` of internal errors. Default: a random UUID. */
  readonly requestId?: string | undefined
}

/** A result whose errors are `ApiError`s. Without `data` the request itself was at fault and nothing ran. */
export interface ApiResult extends ExecutionResult {
  readonly errors?: readonly ApiError[]
}

/** Runs GraphQL requests on one version of a project. */
export interface Executor {
  readonly schema: GraphQLSchema
  /** Never throws. Root fields of a query run side by side, those of a mutation one after the other. */
  execute(request: ExecuteRequest): Promise<ApiResult>
  /** Type of the operation that would run; undefined where the document has a mistake. Parses at most once with `execute`. */
  operationType(query: string, operationName?: string | null): OperationTypeNode | undefined
}

export interface ExecutorOptions {
  readonly limits?: Partial<ServerLimits>
  /** Gets what clients may not see of internal errors. */
  readonly logger?: Logger
  readonly observe?: OperationObserver
}

type Prepared = PreparedDocument | { readonly errors: readonly ApiError[] }

interface PreparedDocument {
  readonly document: DocumentNode
  readonly errors?: undefined
  /** Of the document's only operation, where it has one that can be planned. */
  readonly direct: { readonly plan: DirectPlan; readonly name: string | undefined } | undefined
}

/**
 * Makes the executor of a project. Parsed and validated documents are kept by their text.
 *
 * @example createExecutor(project, runtime).execute({ query: '{ readUser(id: "1") { name } }' })
 */
export function createExecutor(project: Project, runtime: Runtime, options: ExecutorOptions = {}): Executor {
  const limits = serverLimits(options.limits)
  const schema = buildGraphqlSchema(project, runtime, options.observe)
  const bare = bareVariables(schema)
  const cache = new DocumentCache<PreparedDocument>(limits.cachedDocuments, limits.cachedDocumentChars)

  const prepare = (query: string): Prepared => {
    const known = cache.get(query)
    if (known) return known
    const prepared = parseDocument(query, schema, limits)
    if (prepared.errors === undefined) cache.set(query, prepared)
    return prepared
  }

  return {
    schema,
    async execute({ query, variables, operationName, context, requestId = crypto.randomUUID() }) {
      const report = (error: unknown, path: GraphQLError['path']) =>
        options.logger?.error('An operation failed inside', { requestId, path: path?.join('.'), error })
      try {
        const prepared = prepare(query)
        if (prepared.errors) return { errors: prepared.errors }
        const { document, direct } = prepared
        const variableValues = bare(variables ?? {}) as Readonly<Record<string, unknown>>
        const planned =
          direct && (operationName === undefined || operationName === null || operationName === direct.name)
            ? await direct.plan.run(variableValues)
            : undefined
        if (planned && 'data' in planned) return planned
        const result = await execute({
          schema,
          document,
          rootValue: planned,
          variableValues,
          operationName: operationName ?? null,
          contextValue: context,
          fieldResolver: resolveProperty,
        })
        if (!result.errors) return result as ApiResult
        return { ...result, errors: result.errors.map((error) => translateError(error, requestId, report)) }
      } catch (error) {
        const cause =
          error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error })
        return { errors: [translateError(cause, requestId, report)] }
      }
    },
    operationType(query, operationName) {
      const prepared = prepare(query)
      return prepared.errors ? undefined : getOperationAST(prepared.document, operationName)?.operation
    },
  }
}

/**
 * Takes the prototypes off variables, where the schema makes that necessary: graphql-js reads input fields without
 * asking whether they are the object's own, and would find one called `constructor` in every object.
 */
function bareVariables(schema: GraphQLSchema): (value: unknown) => unknown {
  const types = Object.values(schema.getTypeMap()).filter(isInputObjectType)
  const inherited = types.some((type) =>
    Object.keys(type.getFields()).some((name) => name in Object.prototype),
  )
  if (!inherited) return (value) => value
  const bare = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(bare)
    return Object.assign(
      Object.create(null),
      Object.fromEntries(Object.entries(value).map(([name, part]) => [name, bare(part)])),
    )
  }
  return bare
}

function parseDocument(query: string, schema: GraphQLSchema, limits: ServerLimits): Prepared {
  try {
    const document = parse(query, { maxTokens: limits.maxTokens })
    const tooMuch = checkDocumentLimits(document, limits)
    if (tooMuch.length > 0) return { errors: tooMuch }
    const errors = validate(schema, document)
    return errors.length > 0
      ? { errors: errors.map(badInput) }
      : { document, direct: planDocument(schema, document) }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [badInput(error)] }
    // graphql-js parses by recursion: brackets within brackets within brackets end its stack.
    if (error instanceof RangeError) {
      return { errors: [new ApiError('BadInput', 'The document is nested too deeply.')] }
    }
    throw error
  }
}

function planDocument(schema: GraphQLSchema, { definitions }: DocumentNode): PreparedDocument['direct'] {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations
  if (!operation || operations.length > 1) return undefined
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
  const plan = directPlan(schema, operation, new Map(fragments.map((one) => [one.name.value, one])))
  return plan && { plan, name: operation.name?.value }
}

function badInput(error: GraphQLError): ApiError {
  const { nodes, source, positions } = error
  // graphql-js compares each use of a field with each other one, and gives up in time.
  const aborted = error.message === 'Validation aborted.'
  const message = aborted ? 'The document repeats fields too often to be checked.' : error.message
  return new ApiError('BadInput', message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
  })
}
