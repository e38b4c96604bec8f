import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DataModel, dataChanges } from '../../src/deploy/diff/dataChanges.js'
import { type Backend, compileSchema, openBackend } from '../../src/index.js'
import { hiveType } from '../../src/lake/hiveType.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import type { Project } from '../../src/model/types.js'
import { ocg } from '../cli/ocg.js'
import { CASES, type EvolutionCase } from './cases.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-evolve-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('ocg diff', () => {
  it.each(CASES)('$name', async (one) => {
    const { risky, safe } = dataChanges(await modelOf([one], 'before'), await modelOf([one], 'after'))
    const said = { risky: one.diff.risky ?? [], safe: one.diff.safe ?? [] }
    for (const sentence of said.risky) expect(risky.join('\n')).toMatch(sentence)
    for (const sentence of said.safe) expect(safe.join('\n')).toMatch(sentence)
    // What is refused is never called safe, but for what no template shows.
    if (risky.length === 0 && one.name !== LIST_ITEMS) expect(one.refused).toBeUndefined()
    if (said.risky.length === 0) expect(risky).toEqual([])
  })
})

/** `[Int]` and `[Int!]` are the same column, and the same nullable field: only the rows tell. */
const LIST_ITEMS = 'ListItemsRequired: [Int] -> [Int!]'

describe('changes that the data allow', () => {
  const kept = CASES.filter(({ refused }) => refused === undefined)
  let backend: Backend

  beforeAll(async () => {
    backend = await openWith(kept, 'kept')
    await backend.host.sql.publish({ fresh: true })
    const next = await projectOf(kept, 'after')
    expect(await validate(kept, 'kept')).toMatchObject({ ok: true, contradictions: [] })
    await backend.host.reload(next)
    await backend.host.sql.publish({ fresh: true })
  })

  afterAll(() => backend?.close())

  it.each(kept)('$name', async ({ answers = [] }) => {
    for (const { sql, rows, published = {} } of answers) {
      const result = await backend.host.sql.query(sql, { timeoutMs: 20_000, maxRows: 100 })
      expect(result.rows).toEqual(rows)
      for (const [column, type] of Object.entries(published)) {
        const [table, name] = column.split('.')
        expect(await publishedType(table as string, name as string)).toBe(type)
      }
    }
  })

  it('keep what they hide: a removed field comes back with its values', async () => {
    await backend.host.reload(await projectOf(kept, 'before'))
    const { data } = await backend.execute({ query: '{ readRemoving(id: "a") { kept gone } }' })
    expect(data).toEqual({ readRemoving: { kept: 1, gone: 'x' } })
    await backend.host.reload(await projectOf(kept, 'after'))
  })

  async function publishedType(table: string, column: string): Promise<unknown> {
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    try {
      const files = `${folder}/kept/lake/tables/${table}/**/*.parquet`
      const described = await connection.runAndReadAll(`DESCRIBE FROM read_parquet('${files}')`)
      return described.getRows().find(([name]) => name === column)?.[1]
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }
})

describe('changes that the data contradict', () => {
  const refused = CASES.filter((one) => one.refused !== undefined)
  let backend: Backend
  let message = ''
  let told: { readonly ok: boolean; readonly contradictions: readonly string[] }

  beforeAll(async () => {
    backend = await openWith(refused, 'refused')
    told = await validate(refused, 'refused')
    const next = await projectOf(refused, 'after')
    message = await backend.host.reload(next).then(
      () => 'taken',
      (error: Error) => error.message,
    )
  })

  afterAll(() => backend?.close())

  it.each(refused)('$name', (one) => {
    expect(told.ok).toBe(false)
    for (const sentence of one.refused ?? []) {
      expect(message).toMatch(sentence)
      expect(told.contradictions.join('\n')).toMatch(sentence)
    }
  })

  it('leave the former model in force, in the running host and at the next start', async () => {
    expect(backend.host.project.hash).toBe((await projectOf(refused, 'before')).hash)
    await backend.close()
    const started = openBackend({ schema: await projectOf(refused, 'after'), data: join(folder, 'refused') })
    await expect(started).rejects.toMatchObject({ code: 'Conflict' })
    backend = await openBackend({ schema: await projectOf(refused, 'before'), data: join(folder, 'refused') })
    expect((await backend.execute({ query: '{ readTune(id: "a") { title } }' })).data).toEqual({
      readTune: { title: 'x' },
    })
  })
})

type Side = 'before' | 'after'

function sdlOf(cases: readonly EvolutionCase[], side: Side): string {
  const fields = cases.flatMap(({ mutations }) => (mutations ? [mutations[side === 'before' ? 0 : 1]] : []))
  const mutation = fields.some((field) => field !== '') ? `type Mutation {\n${fields.join('\n')}\n}` : ''
  const more = 'type Always { id: ID! }'
  return [...cases.map((one) => one[side]), mutation, more].join('\n')
}

async function projectOf(cases: readonly EvolutionCase[], side: Side): Promise<Project> {
  const result = await compileSchema([{ file: 's.graphql', text: sdlOf(cases, side) }], { project: 'evolve' })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.project
}

async function modelOf(cases: readonly EvolutionCase[], side: Side): Promise<DataModel> {
  const project = await projectOf(cases, side)
  const tables = lakeTables(project).map(({ name, columns }) => [
    name,
    Object.fromEntries(columns.map((column) => [column.name.toLowerCase(), hiveType(column.type)])),
  ])
  return { sdl: project.sdl, tables: Object.fromEntries(tables), layout: 'rows', years: [2020, 2035] }
}

/** A host with the rows of the cases. */
async function openWith(cases: readonly EvolutionCase[], name: string): Promise<Backend> {
  const schema = await projectOf(cases, 'before')
  const backend = await openBackend({ schema, data: join(folder, name), lake: { publishSeconds: 0 } })
  for (const { rows } of cases) {
    for (const [table, own] of Object.entries(rows)) {
      const { created } = await backend.importRows(table, own as never, {
        onError: (error) => {
          throw new Error(`${table}: ${JSON.stringify(error)}`)
        },
      })
      expect(created).toBe(own.length)
    }
  }
  return backend
}

/** `ocg validate --data`, beside the running host. */
async function validate(cases: readonly EvolutionCase[], name: string) {
  const file = join(folder, `${name}.graphql`)
  await writeFile(file, sdlOf(cases, 'after'))
  const { stdout } = await ocg([
    'validate',
    '-n',
    'evolve',
    '-f',
    file,
    '--data',
    join(folder, name),
    '--json',
  ])
  return JSON.parse(stdout) as { readonly ok: boolean; readonly contradictions: readonly string[] }
}
