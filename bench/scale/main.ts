import { mkdirSync, writeFileSync } from 'node:fs'
import { chart } from './chart.js'
import { originSentence } from './fingerprint.js'
import { lakeCostTable } from './lakeCost.js'
import { readCalls } from './recordedCalls.js'
import { type Report, reportOf } from './report.js'
import { writeSection } from './sections.js'
import { simulate } from './simulate.js'
import { statementTable } from './statementTable.js'
import { answersTable, partsTable } from './tables.js'
import { WORKLOADS } from './workload.js'

/**
 * What of a deployed project gives way first at 1, 10, 100 and 1,000 times a load, by simulation on the calls that the
 * end-to-end run recorded (`bench/results/awsCalls.json`) and on the limits that AWS documents (`limits.ts`).
 *
 *     npx tsx bench/scale/main.ts            # prints it; less than a minute
 *     npx tsx bench/scale/main.ts --write    # and puts it into docs/scale.md, with charts in docs/images
 */
const LOADS = [1, 10, 100, 1_000]
const SEED = 20_261_121

const isWritten = process.argv.includes('--write')
const { source, calls } = readCalls()
show('calls', originSentence(source))
for (const workload of WORKLOADS) {
  const reports = LOADS.map((load): Report => {
    const { backend, seconds } = simulate({ workload, load, calls, seed: SEED })
    return reportOf(backend, seconds)
  })
  draw(workload.name, workload.title, reports)
  show(workload.name, `${workload.title}.\n\n${partsTable(reports)}\n\n${answersTable(reports)}`)
}
show('statements', statementTable())
show('lakeCost', lakeCostTable())

/** Puts a chart beside the page. */
function draw(name: string, title: string, reports: readonly Report[]): void {
  if (!isWritten) return
  const folder = new URL('../../docs/images/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`scale-${name}.svg`, folder), chart(title, reports))
}

function show(name: string, text: string): void {
  process.stdout.write(`## ${name}\n\n${text}\n\n`)
  if (isWritten) writeSection('docs/scale.md', name, text)
}
