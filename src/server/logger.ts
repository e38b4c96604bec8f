import { Writable } from 'node:stream'
import picocolors from 'picocolors'
import pino, { type DestinationStream, type LevelWithSilent } from 'pino'
import type { Logger } from '../ports/system.js'

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LevelWithSilent
  /** `json`: one object a line; `pretty`: short lines for a terminal. Default `json`. */
  readonly format?: 'json' | 'pretty'
  /** Colours of `pretty`. Default false. */
  readonly color?: boolean
  /** Where lines go. Default stderr, written at once, so that no line is lost when the process ends. */
  readonly destination?: { write(line: string): unknown }
}

/** What a log never holds, should a caller be careless. Paths with wildcards would make every line ten times dearer. */
const SECRETS = ['apiKey', 'apiKeys', 'headers', '["x-api-key"]', 'authorization']

/** A structured log by pino. Fields called `error` are written with type, message, stack and causes. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const target = options.destination ?? pino.destination({ dest: 2, sync: true })
  const destination =
    options.format === 'pretty' ? prettyLines(target, options.color ?? false) : (target as DestinationStream)
  const log = pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: { paths: SECRETS, censor: '[hidden]' },
    },
    destination,
  )
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  }
}

/** Turns pino's JSON lines into `12:30:05.123 warn  message  key=value`. */
function prettyLines(target: { write(line: string): unknown }, color: boolean): Writable {
  const colors = picocolors.createColors(color)
  const paint: Readonly<Record<string, (text: string) => string>> = {
    debug: colors.dim,
    info: colors.green,
    warn: colors.yellow,
    error: colors.red,
  }
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      const { level, time, msg, error, ...fields } = JSON.parse(String(chunk)) as Record<string, unknown>
      const label = (paint[String(level)] ?? String)(String(level).padEnd(5))
      const values = Object.entries(fields).map(([name, value]) => `${colors.dim(`${name}=`)}${shown(value)}`)
      const stack = (error as { stack?: unknown } | undefined)?.stack
      const lines = [
        [colors.dim(String(time).slice(11, 23)), label, String(msg), ...values].join(' '),
        ...(stack === undefined ? [] : [colors.dim(String(stack))]),
      ]
      target.write(`${lines.join('\n')}\n`)
      done()
    },
  })
}

function shown(value: unknown): string {
  // Quoted unless harmless: no value may move the cursor or forge a line.
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
}
