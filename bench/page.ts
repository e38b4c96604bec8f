/**
 * Makes the tables and plots of docs/performance.md from `bench/results`: `npx tsx bench/page.ts --write`. Without
 * `--write` it prints them. `--from <folder>` takes other results.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readResults } from './frame/results.js'
import { plotsOf } from './page/plots.js'
import { overviewOf, sectionOf } from './page/section.js'
import { writeSection } from './scale/sections.js'

const PAGE = 'docs/performance.md'
const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, from: { type: 'string' } },
})
const results = readResults(values.from)
if (values.write) {
  writeSection(PAGE, 'overview', overviewOf(results))
  for (const result of results) {
    writeSection(PAGE, result.name, sectionOf(result))
    for (const { file, svg } of plotsOf(result)) {
      writeFileSync(fileURLToPath(new URL(`../docs/images/${file}`, import.meta.url)), svg)
    }
  }
} else {
  process.stdout.write(`${[overviewOf(results), ...results.map(sectionOf)].join('\n\n')}\n`)
}
