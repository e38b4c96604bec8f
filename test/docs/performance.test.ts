import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readResults } from '../../bench/frame/results.js'
import { plotsOf } from '../../bench/page/plots.js'
import { overviewOf, sectionOf } from '../../bench/page/section.js'
import { readSection } from '../../bench/scale/sections.js'

const PAGE = 'docs/performance.md'
const results = readResults()

/** What fails here is made again with: npx tsx bench/page.ts --write */
describe('docs/performance.md', () => {
  it('has all seven benchmarks', () => {
    expect(results.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('shows which aims are met', () => {
    expect(readSection(PAGE, 'overview')).toBe(overviewOf(results))
  })

  it.each(results.map((result) => [result.name, result] as const))(
    'shows the results of %s',
    (name, result) => {
      expect(readSection(PAGE, name)).toBe(sectionOf(result))
      for (const { file, svg } of plotsOf(result)) {
        expect(
          readFileSync(fileURLToPath(new URL(`../../docs/images/${file}`, import.meta.url)), 'utf8'),
        ).toBe(svg)
      }
    },
  )
})
