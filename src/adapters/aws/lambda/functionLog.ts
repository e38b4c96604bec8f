import type { Logger } from '../../../ports/system.js'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LEVELS)[number]

/** The level of a `LOG_LEVEL`, in whatever case; `info` for none and for an unknown one. */
export function logLevel(text: string | undefined): LogLevel {
  return LEVELS.find((level) => level === text?.toLowerCase()) ?? 'info'
}

/** Where a function's lines go. */
export type WriteLine = (line: string) => void

/**
 * Straight to standard output, one line at a time: Lambda puts its own prefix before what goes through `console`,
 * and the line would not be JSON any more.
 */
export const writeLine: WriteLine = (line) => void process.stdout.write(`${line}\n`)

/**
 * A log of one JSON object a line: level, time, message, then `common`, then the record's own fields. A field called
 * `error` is written with type, message, stack and causes.
 */
export function functionLog(
  level: LogLevel,
  common: Readonly<Record<string, unknown>>,
  write: WriteLine = writeLine,
): Logger {
  const least = LEVELS.indexOf(level)
  const at = (name: LogLevel) => {
    if (LEVELS.indexOf(name) < least) return () => {}
    return (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const { error, ...rest } = fields
      const time = new Date().toISOString()
      const record = { level: name, time, message, ...common, ...rest }
      write(lineOf(error === undefined ? record : { ...record, error: plainError(error) }))
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A record that can't be written as it is (a circle, a bigint) must not make its function fail. */
function lineOf(record: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(record)
  } catch {
    const { level, time, message } = record
    return JSON.stringify({ level, time, message, note: 'The fields of this record could not be written.' })
  }
}

/** Causes within causes that are written. */
const DEPTH = 4

function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error)
  const { name, message, stack, cause } = error
  return {
    type: name,
    message,
    stack,
    ...(cause !== undefined && depth < DEPTH && { cause: plainError(cause, depth + 1) }),
  }
}
