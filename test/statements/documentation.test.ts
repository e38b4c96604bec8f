import { expect, test } from 'vitest'
import { analyzeStatements } from '../../src/compiler/sql/analyzeStatements.js'
import { snippetsOf } from '../docs/snippets.js'
import { catalogOf } from './catalogOf.js'

const PAGE = 'docs/statements.md'

/** What the fragments of the page speak of: its first schema, and a table with a list. */
const schema = `${snippetsOf(PAGE)[0]?.text}\ntype Book { id: ID! tags: [String!] }`

const fragments = snippetsOf(PAGE).filter(({ language }) => language === 'sql')

test('the page has fragments', () => {
  expect(fragments.length).toBeGreaterThan(2)
})

test.each(fragments)('the statement of $place compiles', async ({ text }) => {
  const { catalog, inputs } = catalogOf(schema)
  const kind = text.slice(0, 6)
  const args = inputs.find(({ name }) => name === 'rate')?.args ?? []
  const field = {
    parent: kind === 'SELECT' ? ('Query' as const) : ('Mutation' as const),
    name: 'documented',
    args,
    returns: {
      kind: 'scalar' as const,
      name: kind === 'SELECT' ? ('String' as const) : ('Boolean' as const),
      nonNull: kind === 'INSERT',
    },
    mode: 'TASK' as const,
    sql: text,
  }
  const { problems } = await analyzeStatements([...inputs, field], catalog)
  expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([])
})
