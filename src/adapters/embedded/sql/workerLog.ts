import type { Logger } from '../../../ports/system.js'
import type { FromWorker, LogEvent } from './protocol.js'

/** The log of the SQL process: the host writes it. */
export function sendingLog(send: (message: FromWorker) => void): Logger {
  const write =
    (level: LogEvent['level']) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      send({ kind: 'log', level, message, ...(fields && { fields: plainFields(fields) }) })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Errors of the engine's own classes don't travel between processes. */
function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
  )
}
