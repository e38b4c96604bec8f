import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ruleNames } from '../../src/adapters/embedded/dialect/functions/index.js'
import { supportedFunctions } from '../../src/compiler/sql/functions.js'
import type { Json } from '../../src/model/json.js'
import { parseStatement } from '../../src/trino/parseStatement.js'
import { type Engine, openEngine } from './engine.js'

/**
 * Questions with the answers that Trino 435 itself gave (test/extra/trino makes the file); null stands for a question
 * that Trino refuses, or fails at.
 */
const ANSWERS = readFileSync(new URL('../fixtures/trino/answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as readonly [sql: string, rows: Json[][] | null])

/** Forms of the grammar that are written like functions. */
const FORMS = ['cast', 'try_cast', 'extract', 'position', 'row', 'array', 'exists']

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.close())

describe('the answers of Trino', () => {
  it('are many', () => {
    expect(ANSWERS.length).toBeGreaterThan(1200)
  })

  it('are the answers here', async () => {
    const wrong: unknown[] = []
    for (const [sql, expected] of ANSWERS) {
      const found = await engine.run(sql).catch(() => null)
      const ordered = /order by/i.test(sql)
      const same =
        found === null || expected === null
          ? found === expected
          : alike(ordered ? found : sorted(found), ordered ? expected : sorted(expected))
      if (!same) wrong.push({ sql, expected, found })
    }
    expect(wrong).toEqual([])
  })

  it('are there for every function that statements may use', () => {
    const asked = new Set(ANSWERS.flatMap(([sql, rows]) => (rows ? functionsOf(sql) : [])))
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

function sorted(rows: readonly Json[][]): Json[][] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** Equal, doubles to 13 digits: the engines add up in different orders. */
function alike(left: Json, right: Json): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return left === right || Math.abs(left - right) <= 1e-13 * Math.max(Math.abs(left), Math.abs(right))
  }
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return left === right
  }
  const [a, b] = [Object.entries(left), Object.entries(right)]
  return (
    a.length === b.length &&
    a.every(([key, value]) => alike(value, (right as Record<string, Json>)[key] as Json))
  )
}

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
