/** What one request may ask of the server. Every limit has a default that a real client does not meet. */
export interface ServerLimits {
  /** Largest request body in bytes; past it 413. Default 1 MiB (AppSync's own limit). */
  readonly maxBodyBytes: number
  /** Lexical tokens of a document. Default 10,000. */
  readonly maxTokens: number
  /** Nesting of fields, introspection not counted (graphql-js has its own rule for that). Default 15. */
  readonly maxDepth: number
  /** Aliases of a document, fragments counted wherever they are spread. Default 100. */
  readonly maxAliases: number
  /** Fields of a document, fragments counted wherever they are spread. Default 2,000. */
  readonly maxFields: number
  /** Fields of `Query` or `Mutation` that one operation selects. Each one is an operation of the runtime. Default 50. */
  readonly maxRootFields: number
  /** `__schema` and `__type` selections of a document. Default 10. */
  readonly maxIntrospections: number
  /** Named operations of a document, of which one runs. Default 20. */
  readonly maxOperations: number
  /** Parsed documents kept. Default 1,000. */
  readonly cachedDocuments: number
  /** Text of the parsed documents kept, in UTF-16 units. A syntax tree takes some fifty times its text. Default 1,000,000. */
  readonly cachedDocumentChars: number
  /** GraphQL requests in flight; past it 503 and `Throttled`. Default 1,000. */
  readonly maxConcurrentRequests: number
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = Object.freeze({
  maxBodyBytes: 1024 * 1024,
  maxTokens: 10_000,
  maxDepth: 15,
  maxAliases: 100,
  maxFields: 2_000,
  maxRootFields: 50,
  maxIntrospections: 10,
  maxOperations: 20,
  cachedDocuments: 1_000,
  cachedDocumentChars: 1_000_000,
  maxConcurrentRequests: 1_000,
})

/** The defaults with some of them replaced. Throws `RangeError` for a limit that is not a positive integer. */
export function serverLimits(changes: Partial<ServerLimits> = {}): ServerLimits {
  const limits = { ...DEFAULT_SERVER_LIMITS, ...changes }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`The limit ${name} must be a positive integer, not ${String(value)}.`)
    }
  }
  return limits
}
