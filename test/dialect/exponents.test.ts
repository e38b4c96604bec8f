import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Engine, openEngine } from './engine.js'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine?.close())

// DuckDB casts '5.78e-10' to the decimal(38,0) 1.
test.each([
  ['5.78e-10', '0'],
  ['1E3', '1000'],
  ['2.5e0', '3'],
  ['-12.345e+1', '-123'],
  ['0e99999999', '0'],
  ['1e-99999999', '0'],
])('%j as decimal is rounded once', async (text, whole) => {
  expect(await engine.run(`SELECT CAST('${text}' AS decimal(38,0))`)).toEqual([[whole]])
  expect(await engine.run(`SELECT CAST('${text}' AS double)`)).toEqual([[Number(text)]])
})

test.each(['1e38', '1e99999999', '1e', 'e5'])('%j is no decimal', async (text) => {
  await expect(engine.run(`SELECT CAST('${text}' AS decimal(38,0))`)).rejects.toThrow()
  expect(await engine.run(`SELECT TRY_CAST('${text}' AS decimal(38,0))`)).toEqual([[null]])
})

test('a text without one is a decimal', async () => {
  expect(await engine.run("SELECT CAST('+12.50' AS decimal(10,2))")).toEqual([['12.50']])
})
