import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ruleNames } from '../../src/adapters/embedded/dialect/functions/index.js'
import { supportedFunctions } from '../../src/compiler/sql/functions.js'
import { parseStatement } from '../../src/trino/parseStatement.js'
import { readFamilies } from './cases.js'
import { type Engine, openEngine } from './engine.js'
import { judge } from './judge.js'
import { fillMusicShop, MUSIC_SHOP } from './musicShop.js'

const FAMILIES = readFamilies()
const CASES = FAMILIES.flatMap((family) => family.cases)

/** Forms of the grammar that are written like functions. */
const FORMS = ['cast', 'try_cast', 'extract', 'position', 'row', 'array', 'exists']

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await fillMusicShop(engine)
})
afterAll(() => engine.close())

describe('the answers of Trino', () => {
  it('are many', () => {
    expect(CASES.length).toBeGreaterThan(2200)
  })

  it.each(FAMILIES)('are the answers here: $name', async ({ cases }) => {
    const differing: unknown[] = []
    for (const one of cases) {
      const verdict = await judge(one, engine, MUSIC_SHOP)
      if (verdict.kind === 'differ') differing.push(verdict)
    }
    expect(differing).toEqual([])
  })

  it('are there for every function that statements may use', () => {
    const asked = new Set(
      CASES.flatMap(({ sql, rows, refused }) => (rows && !refused ? functionsOf(sql) : [])),
    )
    const missing = ruleNames().filter((name) => !asked.has(name))
    expect(missing).toEqual([])
  })
})

it('the documentation names every function', () => {
  const text = readFileSync(new URL('../../docs/sql-dialect.md', import.meta.url), 'utf8')
  expect(supportedFunctions().filter((name) => !text.includes(`\`${name}\``))).toEqual([])
})

it('the compiler allows exactly the functions that can be translated', () => {
  const allowed = supportedFunctions().filter((name) => !FORMS.includes(name))
  expect([...allowed].sort()).toEqual(ruleNames().sort())
})

function functionsOf(sql: string): string[] {
  const names: string[] = []
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('kind' in part && part.kind === 'call')
      names.push((part as unknown as { name: { text: string } }).name.text.toLowerCase())
    if ('kind' in part && part.kind === 'concat') names.push('concat')
    if ('kind' in part && part.kind === 'atTimeZone') names.push('at_timezone')
    for (const value of Object.values(part)) visit(value)
  }
  visit(parseStatement(sql))
  return names
}
