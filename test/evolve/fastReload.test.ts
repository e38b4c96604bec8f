import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import { type Backend, compileSchema, openBackend } from '../../src/index.js'
import type { JsonObject } from '../../src/model/json.js'
import { META_KEY } from '../../src/model/keys.js'
import type { Project } from '../../src/model/types.js'
import { StoreError } from '../../src/ports/storeError.js'

let folder: string
let backend: Backend | undefined
/** Tables of the image that were made by reading the table, since the last look. */
let made: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-fast-'))
  made = []
})

afterEach(async () => {
  await close()
  await rm(folder, { recursive: true, force: true })
})

describe('an edit that no stored row can contradict', () => {
  it('reads no row for a new optional field, whose values show as they come', async () => {
    await open('type Song { id: ID! title: String }')
    await fill('song', [{ id: 'a', title: 'A' }, { id: 'b' }])
    expect(await reload('type Song { id: ID! plays: Int title: String rating: Float }')).toEqual([])
    await run('mutation { updateSong(id: "a", input: { plays: 7, rating: 1.5 }) { id } }')
    await run('mutation { createSong(input: { id: "c", plays: 9, title: "C" }) { id } }')
    const shown = [
      ['a', 7, 'A', 1.5],
      ['b', null, null, null],
      ['c', 9, 'C', null],
    ]
    expect(await ask('SELECT id, plays, title, rating FROM song ORDER BY id')).toEqual(shown)
    expect(await columns()).toEqual(['id', 'plays', 'title', 'rating', 'createdAt', 'updatedAt'])
    await agrees()

    // The image's columns are in another order now, and stay so.
    await restart()
    await run('mutation { createSong(input: { id: "d", plays: 1, title: "D", rating: 2 }) { id } }')
    expect(await ask("SELECT plays, title, rating FROM song WHERE id = 'd'")).toEqual([[1, 'D', 2]])
    await agrees()
    await host().sql.rewriteImage()
    await run('mutation { deleteSong(id: "d") { id } }')
    expect(await ask('SELECT id, plays, title, rating FROM song ORDER BY id')).toEqual(shown)
    await agrees()
  })

  it('publishes the table whole with its new columns', async () => {
    await open('type Song { id: ID! title: String }')
    await fill('song', [
      { id: 'a', title: 'A', createdAt: '2026-01-01T00:00:00.000Z' },
      { id: 'b', title: 'B', createdAt: '2026-02-01T00:00:00.000Z' },
    ])
    await host().sql.publish({ fresh: true })
    expect(await reload('type Song { id: ID! extra: Int title: String }')).toEqual([])
    await run('mutation { updateSong(id: "a", input: { extra: 5 }) { id } }')
    expect(await host().sql.publish({ fresh: true })).toMatchObject({ written: 2 })
    expect(await published()).toEqual([
      ['a', 5, 'A'],
      ['b', null, 'B'],
    ])
    expect(await host().sql.publish({ fresh: true, thorough: true })).toMatchObject({ written: 0 })
    await agrees()
  })

  it('reads no row for fields that go, move, become optional, or take more values', async () => {
    await open(
      'enum Mood { GOOD } type Song { id: ID! a: Int! b: String mood: Mood moods: [Mood!]! c: Float }',
    )
    await fill('song', [{ id: 'x', a: 1, b: 'B', mood: 'GOOD', moods: ['GOOD'], c: 0.5 }])
    expect(
      await reload(
        'enum Mood { BAD GOOD } type Song { id: ID! "How moved." mood: Mood moods: [Mood] c: Float a: Int d: Int }',
      ),
    ).toEqual([])
    await run('mutation { createSong(input: { id: "y", moods: [BAD, null], d: 4 }) { id } }')
    expect(await ask('SELECT id, mood, c, a, d FROM song ORDER BY id')).toEqual([
      ['x', 'GOOD', 0.5, 1, null],
      ['y', null, null, null, 4],
    ])
    await agrees()
  })

  it('reads no row for numbers of a wider type', async () => {
    await open('type Song { id: ID! a: Int b: Int c: AWSTimestamp d: ID e: [Int] }')
    await fill('song', [
      { id: 'x', a: -1, b: 2_147_483_647, c: 9_007_199_254_740_991, d: 'D', e: [1] },
      { id: 'y' },
    ])
    await ask('SELECT 1')
    expect(
      await reload('type Song { id: ID! fresh: Int a: Float b: AWSTimestamp c: Float d: String e: [Int] }'),
    ).toEqual([])
    await run('mutation { createSong(input: { id: "z", a: 1.5, b: 3000000000, c: 0.5, fresh: 1 }) { id } }')
    expect(await ask('SELECT id, a, b, c, d, fresh FROM song ORDER BY id')).toEqual([
      ['x', -1, 2_147_483_647, 9_007_199_254_740_991, 'D', null],
      ['y', null, null, null, null, null],
      ['z', 1.5, 3_000_000_000, 0.5, null, 1],
    ])
    await agrees()
    await restart()
    expect(await ask('SELECT sum(a), max(b) FROM song')).toEqual([[0.5, 3_000_000_000]])
    expect(
      await reload('type Song { id: ID! a: Float b: AWSTimestamp c: Float d: String e: [Float] }'),
    ).toEqual(['make song'])
    await agrees()
    await expect(reload('type Song { id: ID! a: Int }')).rejects.toThrow(/Song\.a contradicts a stored row/)
  })

  it('reads no row for a type and a join table more, and for types and statements that go', async () => {
    const types = 'type Song { id: ID! } type List { id: ID! }'
    await open(`${types} type Gone { id: ID! } ${inserting('listed', 'songId: Song', 'listId: List')}`)
    await fill('song', [{ id: 's' }])
    await fill('list', [{ id: 'l' }])
    await fill('listed', [{ songId: 's', listId: 'l' }])
    const more = [
      inserting('listed', 'songId: Song', 'listId: List'),
      inserting('liked', 'songId: Song', 'listId: List'),
    ]
    expect(await reload(`${types} type Fresh { id: ID! a: Int } ${more.join(' ')}`)).toEqual([])
    await run('mutation { insert_liked(songId: "s", listId: "l") }')
    await run('mutation { createFresh(input: { id: "f", a: 1 }) { id } }')
    expect(
      await ask('SELECT songId, listId FROM liked UNION ALL SELECT songId, listId FROM listed'),
    ).toHaveLength(2)
    expect(await ask('SELECT id, a FROM fresh')).toEqual([['f', 1]])
    await agrees()
  })

  it('is brought to SQL at the start too', async () => {
    await open('type Song { id: ID! title: String }')
    await fill('song', [{ id: 'a', title: 'A' }])
    await ask('SELECT 1')
    await close()
    await open('type Song { id: ID! plays: Int title: String }')
    expect(await ask('SELECT id, plays, title FROM song')).toEqual([['a', null, 'A']])
    expect(made).toEqual([])
    await agrees()
  })
})

describe('an edit that stored rows may contradict', () => {
  it('is checked against values that were stored under a field of that name', async () => {
    await open('type Song { id: ID! note: String }')
    await fill('song', [{ id: 'a', note: 'text' }])
    expect(await reload('type Song { id: ID! }')).toEqual([])
    expect(await reload('type Song { id: ID! other: Int }')).toEqual([])
    await expect(reload('type Song { id: ID! note: Int }')).rejects.toThrow(
      /Song\.note contradicts a stored row/,
    )
    expect(await ask('SELECT id, other FROM song')).toEqual([['a', null]])
    expect(await reload('type Song { id: ID! note: String }')).toEqual(['check song', 'make song'])
    expect(await ask('SELECT id, note FROM song')).toEqual([['a', 'text']])
    await agrees()
  })

  it('is checked for a part of a value type that comes back', async () => {
    const song = 'type Song { id: ID! part: Part }'
    await open(`${song} type Part { a: Int b: String }`)
    await fill('song', [{ id: 'x', part: { a: 1, b: 'B' } }])
    // The engine's struct is made anew, the rows fit unread.
    expect(await reload(`${song} type Part { a: Int c: Int }`)).toEqual(['make song'])
    await expect(reload(`${song} type Part { a: Int b: Int }`)).rejects.toThrow(/part\.b is not a valid Int/)
    expect(await ask('SELECT part.a, part.c FROM song')).toEqual([[1, null]])
  })

  it('is checked for required fields, and for columns of join tables', async () => {
    const types = 'type Song { id: ID! } type List { id: ID! }'
    await open(`${types} ${inserting('listed', 'songId: Song', 'listId: List', 'place: Int')}`)
    await fill('song', [{ id: 's' }])
    await fill('list', [{ id: 'l' }])
    await fill('listed', [{ songId: 's', listId: 'l', place: 5 }])
    await expect(
      reload(
        `type Song { id: ID! need: Int! } type List { id: ID! } ${inserting('listed', 'songId: Song', 'listId: List', 'place: Int')}`,
      ),
    ).rejects.toThrow(/Song\.need contradicts a stored row/)
    expect(
      await reload(`${types} ${inserting('listed', 'songId: Song', 'listId: List', 'rank: Int')}`),
    ).toEqual([])
    await expect(
      reload(`${types} ${inserting('listed', 'songId: Song', 'listId: List', 'place: String')}`),
    ).rejects.toThrow(/listed\.place contradicts a stored row/)
    await expect(reload(types)).rejects.toThrow(/The table listed is no longer in the schema/)
    expect(await ask('SELECT songId, rank FROM listed')).toEqual([['s', null]])
    await agrees()
  })

  it('is checked once in a folder whose history nobody has kept, and in one that another version has used', async () => {
    await open('type Song { id: ID! a: Int }')
    await fill('song', [{ id: 'x', a: 1 }])
    await ask('SELECT 1')
    await close()
    await forgetHistory()
    await open('type Song { id: ID! a: Int }')
    expect(await reload('type Song { id: ID! a: Int b: Int }')).toEqual(['check song', 'make song'])
    expect(await reload('type Song { id: ID! a: Int b: Int c: Int }')).toEqual([])
    // What the reading has found is remembered, with the fields that were there meanwhile.
    expect(await reload('type Song { id: ID! c: Int }')).toEqual([])
    await expect(reload('type Song { id: ID! a: String c: Int }')).rejects.toThrow(/Song\.a contradicts/)
    await agrees()
  })

  it('makes the table again when a column goes and a row had been left out', async () => {
    await open('type Song { id: ID! a: Int b: Int }')
    await fill('song', [{ id: 'x', a: 1 }])
    await ask('SELECT 1')
    const { store } = host()
    await store.table.write({
      kind: 'update',
      key: { PK: 'song#x', SK: 'song#x' },
      set: { b: 'no number' },
      add: { _rev: 1 },
    })
    expect(await ask('SELECT count(*) FROM song')).toEqual([[0]])
    expect(store.deadLetters.count()).toBe(1)
    expect(await reload('type Song { id: ID! a: Int }')).toEqual(['make song'])
    expect(await ask('SELECT id, a FROM song')).toEqual([['x', 1]])
  })
})

describe('a reload', () => {
  it('keeps every row that is written while it runs', async () => {
    await open('type Song { id: ID! f0: Int }')
    let writing = true
    let count = 0
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) {
        const id = `s${count++}`
        await run(`mutation { createSong(input: { id: "${id}", f0: 1 }) { id } }`)
        if (count % 3 === 0) await run(`mutation { updateSong(id: "${id}", input: { f0: 2 }) { id } }`)
      }
    })
    for (let round = 1; round <= 8; round++) {
      const fields = Array.from({ length: round }, (_, index) => `f${index + 1}: Int`)
      // Every third one takes the newest field away again.
      expect(
        await reload(
          `type Song { id: ID! ${fields.slice(0, round % 3 === 0 ? -1 : undefined).join(' ')} f0: Int }`,
        ),
      ).toEqual([])
      await sleep(30)
    }
    writing = false
    await Promise.all(writers)
    expect(await ask('SELECT count(*) FROM song')).toEqual([[count]])
    await agrees()
  })

  it('is whole after the SQL process was killed amid it', async () => {
    await open('type Song { id: ID! f0: Int }')
    await fill(
      'song',
      Array.from({ length: 300 }, (_, index) => ({ id: `s${index}`, f0: index })),
    )
    await ask('SELECT 1')
    for (const [round, wait] of [0, 1, 3, 8, 20].entries()) {
      const fields = Array.from({ length: round + 1 }, (_, index) => `f${index + 1}: Int`)
      const reloaded = reload(`type Song { id: ID! ${fields.join(' ')} f0: Int }`)
      await sleep(wait)
      const pid = host().sql.workerPid()
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      await reloaded
      await run(`mutation { updateSong(id: "s${round}", input: { f${round + 1}: ${round} }) { id } }`)
      expect(
        await ask(`SELECT count(*), count(f${round + 1}), max(f${round + 1}), sum(f0) FROM song`),
      ).toEqual([[300, 1, round, 44_850]])
    }
    await agrees()
  })

  it('lets the present API answer while it reads', async () => {
    await open('type Song { id: ID! a: Int day: AWSDate }')
    await fill(
      'song',
      Array.from({ length: 12_000 }, (_, index) => ({ id: `s${index}`, a: index, day: '2026-01-02' })),
    )
    await ask('SELECT 1')
    let answers = 0
    let isDone = false
    /** How many answers there had been at each word of progress. */
    const at = { check: [] as number[], make: [] as number[] }
    const reloaded = host()
      .reload(await projectOf('type Song { id: ID! a: Int day: String }'), {
        onProgress: (work) => void at[work].push(answers),
      })
      .finally(() => {
        isDone = true
      })
    while (!isDone) {
      const { data } = (await backend?.execute({ query: '{ readSong(id: "s7") { a } }' })) ?? {}
      expect(data).toEqual({ readSong: { a: 7 } })
      answers += 1
      // Requests from outside come between the turns of the event loop.
      await nextTurn()
    }
    await reloaded
    expect(at.check).toHaveLength(12)
    expect(new Set(at.check).size).toBe(12)
    expect(at.make.at(-1)).toBeGreaterThan(at.make[0] as number)
    expect(await ask('SELECT sum(a) FROM song')).toEqual([[71_994_000]])
  })

  it('comes after the one before it, and a failed one is as if it had not been', async () => {
    await open('type Song { id: ID! a: Int }')
    await fill('song', [{ id: 'x', a: 1 }])
    const settled = await Promise.allSettled([
      reload('type Song { id: ID! a: Int b: Int }'),
      reload('type Song { id: ID! a: String }'),
      reload('type Song { id: ID! a: Int c: Int }'),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await run('mutation { updateSong(id: "x", input: { c: 3 }) { id } }')
    expect(await ask('SELECT * FROM song')).toHaveLength(1)
    expect(await ask('SELECT a, c FROM song')).toEqual([[1, 3]])
    expect(await columns()).toEqual(['id', 'a', 'c', 'createdAt', 'updatedAt'])
    await agrees()
  })

  it('is as if it had not been when the disk refuses to note it, and can be tried again', async () => {
    await open('type Song { id: ID! a: Int gone: Int }')
    await fill('song', [{ id: 'x', a: 1, gone: 2 }])
    await ask('SELECT 1')
    const { fieldHistory } = host().store
    const { write } = fieldHistory
    fieldHistory.write = async () => {
      throw new StoreError('unavailable', 'The store could not write to its disk.')
    }
    await expect(reload('type Song { id: ID! a: Int b: Int }')).rejects.toThrow('could not write')
    fieldHistory.write = write
    await run('mutation { updateSong(id: "x", input: { gone: 3 }) { id } }')
    expect(await ask('SELECT a, gone FROM song')).toEqual([[1, 3]])
    expect(await columns()).toEqual(['id', 'a', 'gone', 'createdAt', 'updatedAt'])
    await agrees()
    expect(await reload('type Song { id: ID! a: Int b: Int }')).toEqual([])
    await run('mutation { updateSong(id: "x", input: { b: 4 }) { id } }')
    expect(await ask('SELECT a, b FROM song')).toEqual([[1, 4]])
    await agrees()
  })

  it('is checked again after a kill between the history and the model', async () => {
    await open('type Song { id: ID! gone: String }')
    await fill('song', [{ id: 'x', gone: 'text' }])
    await reload('type Song { id: ID! }')
    const { fieldHistory } = host().store
    const { number, tables } = JSON.parse(fieldHistory.read() as string)
    await fieldHistory.write(JSON.stringify({ number: number + 1, tables }))
    await expect(reload('type Song { id: ID! gone: Int }')).rejects.toThrow(/Song\.gone contradicts/)
    expect(await reload('type Song { id: ID! fresh: Int }')).toEqual(['check song', 'make song'])
    await agrees()
  })
})

function host() {
  if (!backend) throw new Error('There is no backend.')
  return backend.host
}

async function open(schema: string): Promise<void> {
  backend = await openBackend({
    schema: await projectOf(schema),
    data: folder,
    lake: { publishSeconds: 0 },
    log: {
      debug: () => undefined,
      info(message, fields) {
        if (message.includes('is being made') && Number(fields?.rows) > 0) made.push(String(fields?.table))
      },
      warn: () => undefined,
      error: () => undefined,
    },
  }) // What is made at the start is no part of a reload.
  expect(await host().sql.waitUntilReady(20_000)).toBe(true)
}

async function close(): Promise<void> {
  await backend?.close()
  backend = undefined
}

async function restart(): Promise<void> {
  const { project } = host()
  await close()
  backend = await openBackend({ schema: project, data: folder, lake: { publishSeconds: 0 } })
}

/** Tells what was read of the table, each once. */
async function reload(schema: string): Promise<string[]> {
  const read = new Set<string>()
  await host().reload(await projectOf(schema), {
    onProgress: (work, table, rows) => {
      if (rows > 0) read.add(`${work} ${table}`)
    },
  })
  return [...read]
}

async function projectOf(text: string): Promise<Project> {
  const [types, ...mutations] = text.split(MUTATION)
  const mutation = mutations.length > 0 ? `type Mutation { ${mutations.join('\n')} }` : ''
  const result = await compileSchema([{ file: 's.graphql', text: `${types}\n${mutation}` }], {
    project: 'fast',
  })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.project
}

/** Parts the types of a schema from its mutations, and these from each other. */
const MUTATION = '\n---\n'

/** An INSERT into a join table: `songId: Song` names an entity, `place: Int` is a plain column. */
function inserting(table: string, ...columns: readonly string[]): string {
  const parts = columns.map((column) => column.split(': ') as [string, string])
  const isPlain = (type: string) => type === 'Int' || type === 'String'
  const args = parts.map(([name, type]) => `${name}: ${isPlain(type) ? type : 'ID!'}`)
  const declared = parts.map(([name, type]) => `${name}:${type}`)
  const values = parts.map(([name]) => `$args.${name}`)
  return `${MUTATION}insert_${table}(${args.join(', ')}): Boolean! @sql_query(query: "INSERT INTO $join_table(${table}) (${declared.join(', ')}) VALUES (${values.join(', ')})")`
}

async function fill(table: string, rows: readonly JsonObject[]): Promise<void> {
  const result = await backend?.importRows(table, rows)
  expect(result).toMatchObject({ created: rows.length })
}

async function run(query: string): Promise<void> {
  expect((await backend?.execute({ query }))?.errors).toBeUndefined()
}

async function ask(sql: string) {
  return (await host().sql.query(sql, { timeoutMs: 20_000, maxRows: 1000 })).rows
}

/** Columns of `song`, as statements see them. */
async function columns(): Promise<readonly string[]> {
  const { columns } = await host().sql.query('SELECT * FROM song', { timeoutMs: 20_000, maxRows: 1000 })
  return columns.filter((name) => !['year', 'month', 'day'].includes(name))
}

/** Image and published files show the table. */
async function agrees(): Promise<void> {
  await host().sql.waitUntilFresh(20_000)
  await host().sql.publish({ fresh: true })
  expect((await host().sql.verify()).differences).toEqual([])
}

async function published() {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  try {
    const files = join(folder, 'lake/tables/song/**/*.parquet')
    const sql = `SELECT id, extra, title FROM read_parquet('${files}') ORDER BY id`
    return (await connection.runAndReadAll(sql)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** As a program leaves the folder that knows of no history. */
async function forgetHistory(): Promise<void> {
  const store = await openStore(folder)
  try {
    await store.table.write({ kind: 'update', key: META_KEY, remove: ['history'] })
  } finally {
    await store.close()
  }
}
