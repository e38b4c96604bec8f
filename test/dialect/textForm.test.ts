import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nestedValue } from '../../src/adapters/aws/athena/nestedValue.js'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import type { Json } from '../../src/model/json.js'
import type { ResultType } from '../../src/model/types.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import { statementFor } from '../conformance/textForm.js'
import { readFamilies } from './cases.js'
import { type Engine, openEngine } from './engine.js'

const questions = readFamilies()
  .flatMap((family) => family.cases)
  .filter(({ sql, rows, refused }) => rows && !refused && !/rand\(|uuid\(|shuffle|now\(|current_/i.test(sql))

let engine: Engine
let checker: SqlChecker
beforeAll(async () => {
  engine = await openEngine()
  checker = await createSqlChecker()
})
afterAll(async () => {
  engine.close()
  await checker.close()
})

describe('statements with arrays and rows in their results', () => {
  it('give the same values, in the same order, when these are selected as texts', async () => {
    let compared = 0
    for (const { sql } of questions) {
      const { sql: text, columns } = await statementFor({ resultForm: 'text' }, sql, [], checker).catch(
        () => NONE,
      )
      if (!columns.some(({ nested }) => nested)) continue
      compared += 1
      const decoded = (await engine.run(text)).map((row) =>
        row.map((value, at) => {
          const nested = columns[at]?.nested
          return nested && typeof value === 'string'
            ? fieldsInOrder(nestedValue(value, nested), nested)
            : value
        }),
      )
      const plain = await engine.run(sql)
      const ordered = /order by/i.test(sql)
      expect([sql, ordered ? decoded : sorted(decoded)]).toEqual([sql, ordered ? plain : sorted(plain)])
    }
    expect(compared).toBeGreaterThan(100)
  }, 60_000)
})

const NONE = { sql: '', columns: [] }

function sorted(rows: readonly Json[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

/** Rows as the engine of these tests gives them: arrays of their fields. */
function fieldsInOrder(value: Json, type: ResultType): Json {
  if (value === null || type.kind === 'scalar') return value
  if (type.kind === 'array') return (value as Json[]).map((item) => fieldsInOrder(item, type.item))
  if (type.kind === 'map') return value
  const parts = Object.values(value)
  return type.fields.map((field, at) => fieldsInOrder(parts[at] ?? null, field.type))
}
