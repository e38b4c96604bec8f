import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSchema, validateSchema } from 'graphql'
import { afterAll, describe, expect, test } from 'vitest'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import { compileSchema } from '../../src/compiler/compile.js'
import { renderDiagnostics } from '../../src/errors/renderDiagnostic.js'

// A folder here is a test: its .graphql files are compiled, and what comes out is compared with the files beside
// them. `npx vitest run test/compiler -u` writes these anew.
const ROOT = join(import.meta.dirname, '../fixtures/schemas')
const checker = await createSqlChecker()

afterAll(() => checker.close())

describe.each(await readdir(ROOT))('%s', async (name) => {
  const folder = join(ROOT, name)
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.graphql') && file !== 'api.graphql')
    .sort()
  const sources = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })),
  )
  const result = await compileSchema(sources, { project: 'fixture', checker })

  test('gives the expected diagnostics', async () => {
    const text = `${renderDiagnostics(result.diagnostics)}\n`
    await expect(text).toMatchFileSnapshot(join(folder, 'diagnostics.txt'))
  })

  if (!result.ok) return
  const { sdl, ...model } = result.project

  test('gives the expected model and API', async () => {
    await expect(sdl).toMatchFileSnapshot(join(folder, 'api.graphql'))
    await expect(`${JSON.stringify(model, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'model.json'))
    expect(validateSchema(buildSchema(sdl))).toEqual([])
  })
})

test('ten mistakes give ten diagnostics, each with its line', async () => {
  const text = await readFile(join(ROOT, 'tenMistakes/schema.graphql'), 'utf8')
  const { diagnostics } = await compileSchema([{ file: 'schema.graphql', text }], { project: 'fixture' })
  expect(diagnostics.map(({ position, code }) => `${position.line} ${code}`)).toEqual([
    '4 OCG1001',
    '5 OCG1040',
    '9 OCG1045',
    '11 OCG1032',
    '12 OCG1041',
    '15 OCG1033',
    '17 OCG1012',
    '20 OCG1066',
    '22 OCG2052',
    '25 OCG1060',
  ])
})

test("twelve mistakes in a music shop's SQL give twelve diagnostics, each at its token", async () => {
  const text = await readFile(join(ROOT, 'twelveSqlMistakes/schema.graphql'), 'utf8')
  const source = { file: 'schema.graphql', text }
  const { ok, diagnostics } = await compileSchema([source], { project: 'fixture', checker })
  expect(ok).toBe(false)
  const lines = text.split('\n')
  const found = diagnostics.map(({ code, message, position: { line, column } }) => {
    const marked = (lines[line - 1] ?? '').slice(column - 1).trimEnd()
    return `${line}:${column} ${code} ${message} <- ${marked}`
  })
  expect(found).toEqual([
    '27:47 OCG2050 Behind this comma something is missing before FROM. <- , FROM track")',
    '33:12 OCG2051 There is no table "ablum". <- ablum',
    '40:16 OCG2052 album has no column "artits". <- artits FROM album a',
    '45:53 OCG2054 The function uper is not supported. <- uper(name) FROM track")',
    '51:21 OCG2010 The field has no argument "gnere". <- $args.gnere',
    '57:14 OCG2053 "name" is a column of t and of a. <- name',
    "66:35 OCG2060 Values of the types integer and varchar can't be compared: use CAST. <- seconds > $args.seconds",
    '73:20 OCG2060 Function round takes a number, not varchar. <- genre) AS price',
    '79:68 OCG2012 After LIMIT stands a number of rows, but $args.rows is no Int. <- $args.rows")',
    '84:7 OCG2061 The result has no column for the field Priced.price. Its columns are: name, prise. <- SELECT t.name, t.price AS prise',
    '93:26 OCG2062 The column "name" is bigint, but the field Priced.name is String!. <- name, sum(price) AS price FROM sold',
    '107:19 OCG2041 "track" is written without $join_table. <- track WHERE id = $args.trackId',
  ])
})
