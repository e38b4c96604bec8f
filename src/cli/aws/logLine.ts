import type { Output } from '../output.js'
import { oneLine } from '../textTable.js'

/** Fields that every line has, and that are shown at its beginning or not at all. */
const LEADING = new Set(['level', 'message', 'msg', 'time', 'timestamp', 'service', '_aws'])

/** A structured line of a function's log for people: time, level, message, then the rest as `name=value`. */
export function logLine(
  event: { readonly timestamp: number; readonly message: string; readonly source: string },
  { dim, red, yellow }: Output['colors'],
): string {
  const time = dim(new Date(event.timestamp).toISOString())
  const fields = parse(event.message)
  if (!fields) return `${time} ${dim(event.source)} ${oneLine(event.message.trimEnd())}`
  const level = String(fields.level ?? '').toUpperCase()
  const paint = level === 'ERROR' ? red : level === 'WARN' ? yellow : (text: string) => text
  const rest = Object.entries(fields)
    .filter(([name]) => !LEADING.has(name))
    .map(
      ([name, value]) =>
        `${dim(`${name}=`)}${oneLine(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
  const message = oneLine(String(fields.message ?? fields.msg ?? ''))
  return [time, dim(event.source), paint(level.padEnd(5)), message, ...rest].join(' ')
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `15m`, `2h`, `1d` before now, or a time; undefined for anything else. Milliseconds since 1970. */
export function sinceTime(text: string, now: number): number | undefined {
  const relative = /^(\d{1,6})(s|m|h|d)$/.exec(text)
  if (relative) return now - Number(relative[1]) * (UNITS[relative[2] ?? ''] as number)
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
