import { describe, expect, test } from 'vitest'
import { analyzeStatements } from '../../src/compiler/sql/analyzeStatements.js'
import { STATEMENT_CODES } from '../../src/errors/statementCodes.js'
import type { CheckedColumn, SqlChecker } from '../../src/ports/sqlChecker.js'
import { catalogOf } from './catalogOf.js'

/** What the examples speak of. */
const SCHEMA = `
  type Track { id: ID! name: String! genre: String albumId: ID }
  type Album { id: ID! title: String! }
  type User { id: ID! name: String! nickname: String }
  type Row @task_response { name: String! }
  type Mutation {
    first(userId: ID!, trackId: ID!): Boolean!
      @sql_query(query: "INSERT INTO $join_table(likes) (userId:User, trackId:Track) VALUES ($args.userId, $args.trackId)")
  }
`

/** Examples that only an engine can refuse. */
const NEEDS_ENGINE: readonly string[] = ['OCG2060', 'OCG2062']

const examples = Object.entries(STATEMENT_CODES).flatMap(([code, doc]) =>
  'example' in doc ? [[code, doc.example] as const] : [],
)

describe('the example of each code', () => {
  test.each(examples)('%s', async (code, example) => {
    const { catalog, inputs } = catalogOf(`${SCHEMA}\n${example}`)
    // Where an INSERT is wrong by itself the first one would only add a mistake of its own.
    const own = example.includes('INSERT') ? inputs.slice(1) : inputs
    const { problems } = await analyzeStatements(
      own,
      catalog,
      NEEDS_ENGINE.includes(code) ? ENGINE : undefined,
    )
    expect([...new Set(problems.map((problem) => problem.code))]).toEqual([code])
  })

  test('is there for nearly every code', () => {
    expect(examples.length).toBeGreaterThan(Object.keys(STATEMENT_CODES).length - 3)
  })
})

/** Knows the answers to the two examples that need an engine. */
const ENGINE: SqlChecker = {
  describe: async (_tables, sql) => {
    if (sql.includes('count(*)'))
      return { ok: false, message: 'The column "name" is not grouped.', near: 'name' }
    const columns: CheckedColumn[] = [{ name: 'name', type: { kind: 'string' } }]
    return { ok: true, columns }
  },
  close: async () => {},
}
