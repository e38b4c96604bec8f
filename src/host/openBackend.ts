import type { SqlLimits } from '../adapters/embedded/sql/sqlLimits.js'
import { createSqlChecker } from '../adapters/embedded/sqlChecker.js'
import { compileSchema } from '../compiler/compile.js'
import { AppError } from '../errors/appError.js'
import type { Diagnostic, Source } from '../errors/diagnostic.js'
import { renderDiagnostics } from '../errors/renderDiagnostic.js'
import { deepFreeze } from '../model/json.js'
import { MODEL_FORMAT, type Project } from '../model/types.js'
import type { Logger } from '../ports/system.js'
import type { RuntimeLimits } from '../runtime/context.js'
import { type ImportOptions, type ImportResult, importRows } from '../runtime/import/importRows.js'
import type { Auth } from '../server/auth.js'
import type { ApiResult, ExecuteRequest } from '../server/execute.js'
import type { ServerLimits } from '../server/limits.js'
import { openApi } from './openApi.js'
import { type Host, type LakeOptions, openHost } from './openHost.js'

type Rows = Parameters<typeof importRows>[2]

export interface BackendOptions {
  /** The schema as SDL text, as several named texts, or as a model that `compileSchema` gave (its JSON will do). */
  readonly schema: string | readonly Source[] | Project
  /** The data folder; made when missing. One backend or `ocg` server at a time serves it. */
  readonly data: string
  /** Name of the project. Default `app`; a compiled model brings its own. */
  readonly name?: string
  /** Who may call `fetch`. Default: everybody; your own application stands before it. */
  readonly auth?: Auth
  /** Default: no log. */
  readonly log?: Logger
  readonly limits?: {
    readonly server?: Partial<ServerLimits>
    readonly runtime?: Partial<RuntimeLimits>
    readonly sql?: Partial<SqlLimits>
  }
  readonly lake?: LakeOptions
  /** Types and join tables that grow large: the log is warned of statements that read all of their days. */
  readonly large?: readonly string[]
  /** Whether `fetch` serves the GraphiQL page. Default true. */
  readonly graphiql?: boolean
}

/** A whole backend in this process. */
export interface Backend {
  /** Runs a GraphQL request. Never throws: failures are in the result's `errors`. */
  execute(request: ExecuteRequest): Promise<ApiResult>
  /** Answers a WHATWG request for `…/graphql`, `…/health` or `…/metrics`: mounts in Hono, Next.js, Bun, Deno. */
  fetch(request: Request): Promise<Response>
  /**
   * Imports rows into the entity or join table of that name, ids and times kept. A bad row is told to `onError` and
   * keeps no other back; the same import again changes nothing.
   */
  importRows(table: string, rows: Rows, options?: ImportOptions): Promise<ImportResult>
  /** The parts behind the API, for tools. */
  readonly host: Host
  /** Lets running requests end and lets go of the data folder. */
  close(): Promise<void>
}

/** A schema with mistakes. `diagnostics` holds them all, the message shows them. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(renderDiagnostics(diagnostics))
    this.diagnostics = diagnostics
  }
}

/**
 * Opens the embedded host in your own process.
 *
 * Throws `SchemaError` for a schema with mistakes, `DataFolderError` for a folder that can't be used, `AppError` with
 * code `Conflict` when the stored data contradicts the schema.
 *
 * @example
 * const backend = await openBackend({ schema: 'type Song { id: ID! title: String! }', data: './data' })
 * const { data } = await backend.execute({ query: 'mutation { createSong(input: { title: "Hey" }) { id } }' })
 * await backend.close()
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const project = await projectOf(options)
  const host = await openHost({
    project,
    folder: options.data,
    ...(options.log && { log: options.log }),
    ...(options.limits?.runtime && { limits: options.limits.runtime }),
    ...(options.limits?.sql && { sqlLimits: options.limits.sql }),
    ...(options.lake && { lake: options.lake }),
  })
  const api = openApi(host, {
    auth: options.auth ?? { mode: 'none' },
    ...(options.log && { log: options.log }),
    ...(options.limits?.server && { limits: options.limits.server }),
    ...(options.graphiql !== undefined && { graphiql: options.graphiql }),
  })
  return {
    execute: (request) => api.executor().execute(request),
    fetch: api.fetch,
    importRows: (table, rows, importOptions) =>
      importRows({ ...host.context, table: host.table }, table, rows, importOptions),
    host,
    close: () => host.close(),
  }
}

async function projectOf({ schema, name = 'app', large, log }: BackendOptions): Promise<Project> {
  if (typeof schema === 'string') return compile([{ file: 'schema.graphql', text: schema }], name, large, log)
  if (isSources(schema)) return compile(schema, name, large, log)
  if (schema.format === MODEL_FORMAT) return deepFreeze(schema)
  throw new AppError(
    'BadInput',
    `The model is of format ${String(schema.format)}, this version runs format ${MODEL_FORMAT}. Compile the schema again.`,
  )
}

function isSources(schema: readonly Source[] | Project): schema is readonly Source[] {
  return Array.isArray(schema)
}

async function compile(
  sources: readonly Source[],
  project: string,
  large: readonly string[] = [],
  log?: Logger,
): Promise<Project> {
  const checker = await createSqlChecker()
  try {
    const result = await compileSchema(sources, { project, checker, large })
    if (!result.ok) throw new SchemaError(result.diagnostics)
    for (const { code, message } of result.diagnostics) log?.warn(message, { code })
    return result.project
  } finally {
    await checker.close()
  }
}
