import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ERROR_DOCS, errorDocs } from '../../scripts/errorDocs.js'
import { DIAGNOSTIC_CODES } from '../../src/errors/diagnosticCodes.js'
import { SCHEMA_CODES } from '../../src/errors/schemaCodes.js'
import { STATEMENT_CODES } from '../../src/errors/statementCodes.js'

const FOLDER = join(import.meta.dirname, '../..', ERROR_DOCS)

test('docs/errors is up to date; `npx tsx scripts/errorDocs.ts` makes it so', async () => {
  const pages = await errorDocs()
  expect((await readdir(FOLDER)).sort()).toEqual([...pages.keys()].sort())
  for (const [file, text] of pages) expect(await readFile(join(FOLDER, file), 'utf8'), file).toBe(text)
})

test('schema codes begin with OCG1, those of statements with OCG2, and each is documented in sentences', () => {
  for (const code of Object.keys(SCHEMA_CODES)) expect(code).toMatch(/^OCG1\d{3}$/)
  for (const code of Object.keys(STATEMENT_CODES)) expect(code).toMatch(/^OCG2\d{3}$/)
  for (const { title, explanation, fix } of Object.values(DIAGNOSTIC_CODES)) {
    expect(title).not.toMatch(/\.$/)
    expect(explanation).toMatch(/[.`)]$/)
    expect(fix).toMatch(/[.?`)]$/)
  }
})
