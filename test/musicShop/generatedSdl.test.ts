import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema } from 'graphql'
import { expect, it } from 'vitest'
import { compileSchema } from '../../src/cli/compileSchema.js'
import { SHOP_FOLDER } from './source.js'

const GOLDEN = new URL('../fixtures/musicShop.generated.graphql', import.meta.url)

/** After an intended change: `UPDATE_GOLDEN=1 npx vitest run test/musicShop/generatedSdl.test.ts`, and read the diff. */
it('generates the API that is written down', async () => {
  const { project, diagnostics } = await compileSchema(
    [fileURLToPath(new URL('schema.graphql', SHOP_FOLDER))],
    'shop',
  )
  expect(diagnostics).toEqual([])
  const sdl = project?.sdl as string
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, sdl)
  expect(sdl).toBe(readFileSync(GOLDEN, 'utf8'))
})

it('generates a schema that graphql-js accepts', () => {
  expect(() => buildSchema(readFileSync(GOLDEN, 'utf8'))).not.toThrow()
})
