import type { BenchResult } from '../frame/measure.js'
import { type Table, tablesOf } from '../frame/tables.js'
import { plotsOf } from './plots.js'

/** What the page says of a result: when and where it was measured, its plot, its tables, its notes. */
export function sectionOf(result: BenchResult): string {
  const { machine, startedAt, quick, seconds, notes, title } = result
  const origin = [
    `Measured on ${startedAt.slice(0, 10)} in ${seconds} s: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}.`,
    ...(machine.loadBefore >= 1
      ? [
          `The machine was busy with other work (load ${machine.loadBefore}): ratios suffer less from it than times.`,
        ]
      : []),
    ...(quick ? ['It was a quick run, whose figures say little.'] : []),
  ].join(' ')
  return [
    origin,
    ...plotsOf(result).map(({ file }) => `![${title}](images/${file})`),
    ...tablesOf(result).map(tableText),
    ...notes,
  ].join('\n\n')
}

function tableText({ group, head, rows }: Table): string {
  const lines = [[group, ...head.slice(1)], ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  lines.splice(1, 0, `|${' --- |'.repeat(head.length)}`)
  return lines.join('\n')
}

/** The aims of all results in one table. */
export function overviewOf(results: readonly BenchResult[]): string {
  const rows = results.map(({ number, title, measures }) => {
    const aims = measures.flatMap(({ aim }) => (aim ? [aim] : []))
    const met = aims.filter((aim) => aim.met).length
    return `| ${number} | ${title} | ${met} of ${aims.length} |`
  })
  return ['| | benchmark | aims met |', '| --- | --- | --- |', ...rows].join('\n')
}
