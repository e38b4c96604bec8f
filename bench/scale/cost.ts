import { costTable, priceTable } from './costTable.js'
import { readCalls } from './recordedCalls.js'
import { writeSection } from './sections.js'
import { statementCostTable } from './statementTable.js'

/**
 * What a deployed project costs, from the calls that the end-to-end run recorded and the list prices in `prices.ts`.
 *
 *     npx tsx bench/scale/cost.ts            # prints it
 *     npx tsx bench/scale/cost.ts --write    # and puts it into docs/aws.md
 */
const { calls } = readCalls()
const sections = { prices: priceTable(), operations: costTable(calls), statements: statementCostTable() }
for (const [name, text] of Object.entries(sections)) {
  process.stdout.write(`## ${name}\n\n${text}\n\n`)
  if (process.argv.includes('--write')) writeSection('docs/aws.md', name, text)
}
