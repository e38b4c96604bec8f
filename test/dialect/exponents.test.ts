import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Engine, openEngine } from './engine.js'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine?.close())

// DuckDB casts '5.78e-10' to the decimal(38,0) 1, where Trino gives 0.
test.each(['5.78e-10', '1E3', ' 2.5e0 '])('%j is refused as decimal, and is a double', async (text) => {
  await expect(engine.run(`SELECT CAST('${text}' AS decimal(38,0))`)).rejects.toThrow('with an exponent')
  expect(await engine.run(`SELECT CAST('${text}' AS double)`)).toEqual([[Number(text)]])
})

test('a text without one is a decimal', async () => {
  expect(await engine.run("SELECT CAST('+12.50' AS decimal(10,2))")).toEqual([['12.50']])
})
