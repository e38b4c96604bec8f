import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/adapters/embedded/dialect/translate.js'
import { TranslateError } from '../../src/adapters/embedded/dialect/translateError.js'
import { supportedFunctions } from '../../src/compiler/sql/functions.js'

/** Every function of Trino 435: what its SHOW FUNCTIONS lists, and the forms that its documentation has among them. */
const DOCUMENTED = JSON.parse(
  readFileSync(new URL('../fixtures/trino/functions.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>

const INTRODUCTION = `# Every function, supported or refused

All functions that Trino 435 has for a \`SELECT\`; Athena engine 3 is Trino of about that age. A refused one is an error when the schema is compiled,
with its name and place: the embedded host has no translation of it that is sure to answer as Athena does. What the supported
ones do, and where they differ, is in [sql-dialect.md](sql-dialect.md). Refused as well, and not in the table: the geospatial
functions (\`ST_…\`, \`bing_tile…\`, \`to_geometry\` and their like), those of machine learning (\`learn_…\`, \`classify\`, \`regress\`), and whatever a
user of Athena registers (\`USING EXTERNAL FUNCTION\`).

The table is made from the registry of the compiler and from the list that a real server gave; a test holds it to both, and
\`npm run test:trino\` asks Trino and the embedded engine more than 2,200 questions about what is in it.
`

it('docs/sql.md has every function of Trino; run with -u to make it anew', async () => {
  const supported = new Set(supportedFunctions())
  const names = Object.keys(DOCUMENTED).sort()
  const rows = names.map(
    (name) => `| \`${name}\` | ${DOCUMENTED[name]} | ${supported.has(name) ? 'supported' : 'refused'} |`,
  )
  const count = names.filter((name) => supported.has(name)).length
  const text = `${INTRODUCTION}
${count} of ${names.length} are supported.

| function | kind | here |
|---|---|---|
${rows.join('\n')}
`
  await expect(text).toMatchFileSnapshot('../../docs/sql.md')
})

it('every supported function is one of Trino', () => {
  expect(supportedFunctions().filter((name) => DOCUMENTED[name] === undefined)).toEqual([])
})

describe('a refused function', () => {
  const supported = new Set(supportedFunctions())
  const refused = Object.keys(DOCUMENTED).filter((name) => !supported.has(name))

  it.each(refused)('%s', (name) => {
    // The grammar knows no OVER behind its own forms.
    const over = DOCUMENTED[name] === 'form' ? [] : [`SELECT ${name}(1) OVER ()`]
    for (const sql of [`SELECT ${name}(1)`, `SELECT 1 WHERE ${name}(1) IS NULL`, ...over]) {
      const error = refusalOf(sql)
      expect(error).toBeInstanceOf(TranslateError)
      const { message, start, end } = error as TranslateError
      expect(message).toMatch(/^[A-Z].*\.$/s)
      expect(end).toBeGreaterThan(start)
      // By its name, or by the grammar at the form's own words.
      expect(`${message} ${sql.slice(start, end)}`.toLowerCase()).toContain(name)
    }
  })
})

function refusalOf(sql: string): unknown {
  try {
    return analyze(sql, [])
  } catch (error) {
    return error
  }
}
