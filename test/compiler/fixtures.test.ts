import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSchema, validateSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { compileSchema } from '../../src/compiler/compile.js'
import { renderDiagnostics } from '../../src/errors/renderDiagnostic.js'

// A folder here is a test: its .graphql files are compiled, and what comes out is compared with the files beside
// them. `npx vitest run test/compiler -u` writes these anew.
const ROOT = join(import.meta.dirname, '../fixtures/schemas')

describe.each(await readdir(ROOT))('%s', async (name) => {
  const folder = join(ROOT, name)
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.graphql') && file !== 'api.graphql')
    .sort()
  const sources = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })),
  )
  const result = await compileSchema(sources, { project: 'fixture' })

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
