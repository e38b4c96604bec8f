import type { Json } from '../../model/json.js'
import type { ExportRow } from './rowsOf.js'

/** One line of comma-separated values (RFC 4180) with its end, as `readCsv` reads it back. */
export function csvLine(columns: readonly string[], row: ExportRow): string {
  return `${columns.map((column) => csvCell(row[column])).join(',')}\r\n`
}

export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(csvCell).join(',')}\r\n`
}

/** An absent value is an empty cell, the empty text a quoted one. */
function csvCell(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '' || /[",\r\n]|^\s|\s$|^\uFEFF/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
