import { expect, test } from 'vitest'
import { parseStatement } from '../../trino/parseStatement.js'
import { checkResult } from './checkResult.js'
import { markCounts } from './countColumns.js'

const TEXT = { kind: 'scalar', name: 'String', nonNull: true } as const
const types = { valueTypes: [], responseTypes: [] }

function mistakes(sql: string): readonly string[] {
  const columns = markCounts([{ name: 'n', type: { kind: 'bigint' } }], parseStatement(sql))
  return checkResult(columns, TEXT, types, []).map(({ message }) => message)
}

test.each([
  'SELECT count(*) AS n FROM t',
  'SELECT COUNT(DISTINCT a) AS n FROM t',
  'SELECT rank() OVER () AS n FROM t',
])('%s is no text', (sql) => {
  expect(mistakes(sql)).toEqual(['The column "n" is bigint, but the declared type is String!.'])
})

test.each([
  'SELECT sum(a) AS n FROM t',
  'SELECT a AS n FROM t',
  'SELECT * FROM t',
  'SELECT count(*) AS n FROM t UNION SELECT 1',
])('the whole number of %s may be one, for its digits', (sql) => {
  expect(mistakes(sql)).toEqual([])
})
