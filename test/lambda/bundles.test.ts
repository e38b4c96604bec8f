import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLambdas, KINDS } from '../../scripts/buildLambdas.mjs'
import { projectFunctionsOf } from '../../src/model/functions.js'
import { HANDLERS } from '../../src/runtime/runtime.js'

/** Largest bundle of an operation on entities. Source: the issue that asked for the AWS host. */
const MOST_BYTES = 350_000

const CRUD = ['create', 'read', 'update', 'delete', 'list', 'insertRelation']

/** What no function needs, and what operations on entities don't. */
const NEVER =
  /node_modules\/(graphql|aws-cdk-lib|@duckdb|lmdb|valibot|pino)\/|^src\/(compiler|deploy|host|server|cli|trino)\//
const NEVER_IN_CRUD = /libphonenumber|client-(athena|s3|sqs)|hyparquet|credential-provider-(ini|sso|node)/

const folder = mkdtempSync(join(tmpdir(), 'ocg-bundles-'))
let metafile: Metafile

beforeAll(async () => {
  metafile = await buildLambdas({ out: folder })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the bundles of the functions', () => {
  it('are one for each kind of function', () => {
    const kinds = [...Object.keys(HANDLERS), ...projectFunctionsOf('batches')]
    expect([...KINDS].sort()).toEqual([...kinds].sort())
    expect(outputs().map(({ kind }) => kind)).toEqual(expect.arrayContaining(Object.keys(HANDLERS)))
  })

  it.each(CRUD)('hold nothing that %s has no use for, and stay small', (kind) => {
    const output = outputs().find((one) => one.kind === kind)
    expect(output?.bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(output?.inputs.filter((file) => NEVER_IN_CRUD.test(file))).toEqual([])
  })

  it('hold no compiler, no stack and no embedded engine', () => {
    const wrong = outputs().flatMap(({ kind, inputs }) =>
      inputs.filter((file) => NEVER.test(file)).map((file) => `${kind}: ${file}`),
    )
    expect(wrong).toEqual([])
  })

  it('are the same bytes from the same sources, wherever they are built', async () => {
    const again = mkdtempSync(join(tmpdir(), 'ocg-bundles-again-'))
    try {
      await buildLambdas({ out: again, kinds: ['read'] })
      expect(readFileSync(join(again, 'read.cjs'), 'utf8')).toBe(
        readFileSync(join(folder, 'read.cjs'), 'utf8'),
      )
    } finally {
      rmSync(again, { recursive: true, force: true })
    }
  })

  it('come with the licences of the packages in them', () => {
    const licenses = readFileSync(join(folder, 'LICENSES.txt'), 'utf8')
    expect(licenses).toMatch(/^@aws-sdk\/client-dynamodb [\d.]+ \(Apache-2\.0\)$/m)
    expect(licenses).toMatch(/^@noble\/hashes [\d.]+ \(MIT\)$/m)
    expect(licenses).toContain('Apache License')
  })
})

function outputs(): { kind: string; bytes: number; inputs: string[] }[] {
  return Object.entries(metafile.outputs).map(([file, { bytes, inputs }]) => ({
    kind: basename(file, '.cjs'),
    bytes,
    inputs: Object.entries(inputs).flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [input] : [],
    ),
  }))
}
