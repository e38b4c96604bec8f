/** The time, so that tests can choose it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

/** Randomness, so that the runtime has none of its own. */
export interface Random {
  /** A random UUID, version 4, lower case. */
  uuid(): string
}

/** Structured log. Messages are constant texts; what varies goes into `fields`. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}
