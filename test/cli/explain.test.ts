import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ocg, request, serveOcg } from './ocg.js'

const SCHEMA = `
type Track { id: ID! name: String! genre: String! price: Float labels: [String!] }

type Query {
  byGenre(genres: [String!]!, over: Float, at: AWSDateTime, top: Int! = 10): [Priced!]!
    @sql_query(query: """
      SELECT t.name, t.price, labels
      FROM track t
      WHERE t.genre IN $args.genres
        AND ($args.over IS NULL OR price > $args.over)
        AND ($args.at IS NULL OR createdAt < $args.at)
      ORDER BY t.name
      LIMIT $args.top
    """)
  howMany: Int! @sql_query(mode: SYNC, query: "SELECT count(*) FROM track")
}

type Mutation {
  like(a: ID!, b: ID!): Boolean!
    @sql_query(query: "INSERT INTO $join_table(likes) (a:Track, b:Track) VALUES ($args.a, $args.b)")
  unlike(a: ID!): Boolean @sql_query(query: "DELETE FROM $join_table(likes) WHERE a = $args.a")
}

type Priced @task_response { name: String! price: Float labels: [String!] }
`

let folder: string
const explain = (...args: string[]) => ocg(['explain', '-n', 'shop', ...args], { cwd: folder })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-explain-'))
  await writeFile(join(folder, 'schema.graphql'), SCHEMA)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('ocg explain', () => {
  test('shows what a statement becomes for given arguments', async () => {
    const given = ['--arg', "genres=R'n'B", '--arg', 'genres=Jazz', '--arg', 'over=1.5', '--json']
    const { code, stdout } = await explain('byGenre', ...given)
    expect(code).toBe(0)
    const found = JSON.parse(stdout)
    expect(found).toMatchObject({
      ok: true,
      statement: 'byGenre',
      kind: 'select',
      mode: 'TASK',
      // What is not given has its default, else null.
      arguments: { genres: ["R'n'B", 'Jazz'], over: 1.5, at: null, top: 10 },
      reads: { track: ['createdAt', 'genre', 'labels', 'name', 'price'] },
      returns: '[Priced!]!',
      columns: [
        { name: 'name', type: 'varchar' },
        { name: 'price', type: 'double' },
        { name: 'labels', type: 'array(varchar)' },
      ],
      over: 'emptyTables',
    })
    expect(found.sql).toContain("t.genre IN  ('R''n''B', 'Jazz')")
    expect(found.sql).toContain('price >  1.5E0')
    expect(found.sql).toContain('createdAt <  CAST(NULL AS TIMESTAMP')
    expect(found.athenaSql).toContain('json_format')
    expect(found.engineSql).toContain('FROM "track" AS t1')
    // The plan reads the table, though there is nothing in it.
    expect(found.plan).toMatch(/SEQ_SCAN|TABLE_SCAN/)
  })

  test('prints it in sections for people, on stdout', async () => {
    const { code, stdout, stderr } = await explain('unlike', '--arg', 'a=x')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('unlike: a DELETE that gives Boolean. It runs as a task.')
    const titles = stdout.split('\n').filter((line) => /^[A-Z]/.test(line))
    expect(titles).toEqual([
      'Arguments',
      'Statement',
      'Reads',
      'Result',
      'In DuckDB',
      'Plan, over empty tables',
    ])
    expect(stdout).toMatch(/likes +a, relationId, s3Key/)
  })

  test('reads lists as JSON too, and a table whose rows only are counted', async () => {
    const list = await explain('byGenre', '--arg', 'genres=["Rock", "Folk"]', '--json')
    expect(JSON.parse(list.stdout).arguments.genres).toEqual(['Rock', 'Folk'])
    const counted = await explain('howMany', '--json')
    expect(JSON.parse(counted.stdout)).toMatchObject({ mode: 'SYNC', reads: { track: [] }, arguments: {} })
  })

  test.each([
    [['byGenr'], "The schema has no statement 'byGenr'.", 'Did you mean byGenre?'],
    [['byGenre'], 'byGenre needs genres.', '--arg genres=…'],
    [['unlike', '--arg', 'b=1'], "unlike has no argument 'b'.", 'It has a.'],
    [['unlike', '--arg', 'a'], "'a' is no argument with a value.", '--arg days=7'],
    [['unlike', '--arg', 'a=1', '--arg', 'a=2'], 'a is given 2 times, and is no list.', ''],
    [['byGenre', '--arg', 'genres=x', '--arg', 'over=much'], "The value of over can't be read: much", ''],
    [['byGenre', '--arg', 'genres=x', '--arg', 'top=-1'], 'The argument top must be a whole number', ''],
    [['byGenre', '--arg', 'genres=[]'], 'The argument genres must have at least one value.', ''],
    [['like'], 'like is an INSERT into the join table likes: no engine runs it.', ''],
  ])('%j is a mistake', async (args, message, hint) => {
    const { code, stdout, stderr } = await explain(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  test("plans over the data folder's rows once its host has ended", async () => {
    const data = join(folder, 'data')
    const served = await serveOcg(['serve', '-n', 'shop', '--data', data, '--port', '0'], { cwd: folder })
    const made = await request(served, 'mutation { createTrack(input: { name: "A", genre: "Jazz" }) { id } }')
    expect(made.errors).toBeUndefined()
    expect((await request(served, '{ howMany }')).data).toEqual({ howMany: 1 })
    const during = await explain('howMany', '--data', data, '--json')
    expect(JSON.parse(during.stdout).over).toBe('lockedData')
    await served.stop()
    const after = await explain('howMany', '--data', data, '--json')
    expect(JSON.parse(after.stdout)).toMatchObject({ over: 'data' })
  }, 60_000)
})
