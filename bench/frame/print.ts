import type { BenchResult } from './measure.js'
import { type Table, tablesOf } from './tables.js'

/** A result for a terminal. */
export function printResult(result: BenchResult): string {
  const { number, title, machine, seconds, quick, notes } = result
  return [
    '',
    `${number}. ${title}${quick ? ' (a quick run: figures say little)' : ''}`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, load before ${machine.loadBefore}; took ${Math.round(seconds)} s`,
    ...tablesOf(result).flatMap((table) => ['', ...lines(table)]),
    ...notes.map((note) => `\n${note}`),
    '',
  ].join('\n')
}

function lines({ group, head, rows }: Table): string[] {
  const cells = [[group, ...head.slice(1)], ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('**', '')),
  )
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const texts = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  texts.splice(1, 0, '-'.repeat(Math.max(...texts.map((text) => text.length))))
  return texts
}
