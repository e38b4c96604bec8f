import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ocg, request, serveOcg } from './ocg.js'
import { jsonLines, SCHEMA, workFolder } from './workFolder.js'

const TRACKS = [
  {
    id: '1',
    name: 'One',
    seconds: 61,
    price: 0.5,
    tags: ['a', 'b'],
    released: '2021-02-03',
    createdAt: '2021-02-03T04:05:06.000Z',
  },
  { id: '2', name: 'Two\nlines, and "quotes"' },
  { id: '3', name: '' },
]
const FILES = {
  'track.jsonl': jsonLines(TRACKS),
  'playlist.csv': '\uFEFFNAME,id\r\n"Long, and ""quoted""\nname",p\r\nShort,q\r\n',
  'playlist_track.jsonl': jsonLines([
    { playlistId: 'p', trackId: '1', position: 1, createdAt: '2022-01-01T00:00:00Z' },
    { playlistId: 'p', trackId: '2' },
    { playlistId: 'q', trackId: '2' },
  ]),
}
const ARGS = ['-n', 'shop', '--data', 'data']
// Relations first: the command has to bring the files into order.
const NAMES = ['playlist_track.jsonl', 'track.jsonl', 'playlist.csv']

describe('import', () => {
  test('of JSON lines and CSV into entities and a join table; a second time nothing changes', async () => {
    const cwd = await workFolder(FILES)
    const first = await ocg(['import', ...ARGS, ...NAMES], { cwd })
    expect(first.stderr).toContain('Imported 8 rows')
    expect(first.code).toBe(0)
    expect(first.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['table', 'created', 'unchanged', 'replaced', 'skipped', 'failed', 'file'],
      ['track', '3', '0', '0', '0', '0', 'track.jsonl'],
      ['playlist', '2', '0', '0', '0', '0', 'playlist.csv'],
      ['playlist_track', '3', '0', '0', '0', '0', 'playlist_track.jsonl'],
      [''],
    ])
    const second = await ocg(['import', ...ARGS, '--json', ...NAMES], { cwd })
    expect(second).toMatchObject({ code: 0, stderr: '' })
    const { ok, sqlFresh, tables } = JSON.parse(second.stdout)
    expect({ ok, sqlFresh }).toEqual({ ok: true, sqlFresh: true })
    expect(tables.map((one: { unchanged: number; rows: number }) => [one.rows, one.unchanged])).toEqual([
      [3, 3],
      [2, 2],
      [3, 3],
    ])

    const served = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
    const { data, errors } = await request(
      served,
      `{ readTrack(id: "1") { name seconds price tags released createdAt }
         readPlaylist(id: "p") { name } two: readTrack(id: "2") { name } three: readTrack(id: "3") { name }
         trackCount placedCount }`,
    )
    expect(errors).toBeUndefined()
    const { id: _, ...one } = TRACKS[0] as (typeof TRACKS)[0]
    expect(data).toEqual({
      readTrack: one,
      readPlaylist: { name: 'Long, and "quoted"\nname' },
      two: { name: 'Two\nlines, and "quotes"' },
      three: { name: '' },
      trackCount: 3,
      placedCount: 3,
    })
    expect(await served.stop()).toMatchObject({ code: 0 })
  })

  test('beside a running host, which shows the rows when the import is done', async () => {
    const cwd = await workFolder(FILES)
    const served = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
    const rows = Array.from({ length: 2500 }, (_, index) => ({ id: `t${index}`, name: `Track ${index}` }))
    await writeFile(join(cwd, 'many.jsonl'), jsonLines(rows))
    const many = await ocg(['import', ...ARGS, '--table', 'Track', '--json', 'many.jsonl'], { cwd })
    expect(many.stderr).toBe('')
    expect(JSON.parse(many.stdout)).toMatchObject({ ok: true, sqlFresh: true, tables: [{ created: 2500 }] })
    const { data } = await request(served, '{ readTrack(id: "t2499") { name } trackCount }')
    expect(data).toEqual({ readTrack: { name: 'Track 2499' }, trackCount: 2500 })

    await writeFile(join(cwd, 'other.graphql'), `${SCHEMA}\ntype Extra { id: ID! }`)
    const other = await ocg(['import', ...ARGS, '-f', 'other.graphql', 'track.jsonl'], { cwd })
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('another version of the schema')
    await served.stop()
  })

  test('reports bad rows by line, imports the good ones, and exits with 1', async () => {
    const lines = [
      '{"id":"1","name":"A"}',
      '{"id":"2"',
      '',
      '{"id":"3","name":"C","secnods":1}',
      '{"id":"4","name":7}',
      '{"id":"5","name":"E"}',
    ]
    const cwd = await workFolder({
      'track.jsonl': lines.join('\n'),
      'playlist.csv': 'id,name\np,P\nq\nr,"R"x\n',
    })
    const { code, stdout, stderr } = await ocg(['import', ...ARGS, 'track.jsonl', 'playlist.csv'], { cwd })
    expect(code).toBe(1)
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      'track.jsonl:2: The line is not JSON; one object a line is expected. (BadInput)',
      "track.jsonl:4: There is no column 'secnods' in track. Did you mean 'seconds'? (BadInput)",
      'track.jsonl:5: name: String must be a string, found 7. (BadInput)',
      'playlist.csv:3: The row has 1 cells, but the header names 2 columns. (BadInput)',
      'playlist.csv:4: A quotation mark inside a quoted cell is not doubled. (BadInput)',
    ])
    expect(stdout).toMatch(/^track +2 +0 +0 +0 +3 +track.jsonl$/m)
    expect(stdout).toMatch(/^playlist +1 +0 +0 +0 +2 +playlist.csv$/m)
  })

  test('shows 20 errors and counts the rest; --max-errors ends it', async () => {
    const cwd = await workFolder({ 'track.jsonl': '{}\n'.repeat(9000) })
    const all = await ocg(['import', ...ARGS, 'track.jsonl', '--dry-run'], { cwd })
    expect(all.stderr.match(/^track.jsonl:/gm)).toHaveLength(20)
    expect(all.stderr).toContain('… and 8,980 more rows with errors.')
    const some = await ocg(['import', ...ARGS, 'track.jsonl', '--dry-run', '--max-errors', '10', '--json'], {
      cwd,
    })
    const { ok, tables } = JSON.parse(some.stdout)
    expect(ok).toBe(false)
    expect(tables[0]).toMatchObject({ stopped: true })
    expect(tables[0].failed).toBeLessThan(9000)
  })

  test('a row that is stored with other values: conflict, --skip-existing, --replace', async () => {
    const cwd = await workFolder({ 'track.jsonl': '{"id":"1","name":"A"}' })
    await ocg(['import', ...ARGS, 'track.jsonl'], { cwd })
    await writeFile(join(cwd, 'track.jsonl'), '{"id":"1","name":"B"}')
    const plain = await ocg(['import', ...ARGS, 'track.jsonl'], { cwd })
    expect(plain.code).toBe(1)
    expect(plain.stderr).toContain("track.jsonl:1: Track '1' exists already with other values. (Conflict)")
    const skipped = await ocg(['import', ...ARGS, 'track.jsonl', '--skip-existing', '--json'], { cwd })
    expect(JSON.parse(skipped.stdout).tables[0]).toMatchObject({ skipped: 1, failed: 0 })
    const replaced = await ocg(['import', ...ARGS, 'track.jsonl', '--replace', '--json'], { cwd })
    expect(JSON.parse(replaced.stdout).tables[0]).toMatchObject({ replaced: 1, failed: 0 })
    const { stdout } = await ocg(['export', 'track', ...ARGS], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ id: '1', name: 'B' })
  })

  test('from stdin, and what it can not know', async () => {
    const cwd = await workFolder({ 'track.csv': 'id,nmae\n1,A\n', empty: '', 'track.xml': '' })
    const input = 'id,name\n1,A\n'
    const piped = await ocg(['import', ...ARGS, '--table', 'track', '--format', 'csv', '-', '--json'], {
      cwd,
      input,
    })
    expect(JSON.parse(piped.stdout).tables[0]).toMatchObject({ file: '-', created: 1 })
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['-'], 'Rows from stdin need to know their table.'],
      [['track.csv'], "track.csv:1: There is no column 'nmae' in track. Did you mean 'name'?"],
      [['track.xml'], "The format of track.xml can't be told from its name."],
      [['empty', '--table', 'track', '--format', 'csv'], 'empty:1: The file has no header'],
      [['track.csv', 'track.csv', '--table', 'track'], '--table names one table, but there are 2 files.'],
    ]
    for (const [args, message] of cases) {
      const { code, stderr } = await ocg(['import', ...ARGS, ...args], { cwd })
      expect(stderr).toContain(message)
      expect(code).toBe(1)
    }
  })
})

describe('export', () => {
  test.each(['jsonl', 'csv'])('as %s and back gives the same rows', async (format) => {
    const cwd = await workFolder(FILES)
    await ocg(['import', ...ARGS, ...NAMES], { cwd })
    const out = await ocg(['export', ...ARGS, '--format', format, '--out', 'one', '--json'], { cwd })
    expect(JSON.parse(out.stdout).tables.map((one: { rows: number }) => one.rows)).toEqual([2, 3, 3])
    const files = ['playlist_track', 'playlist', 'track'].map((table) => join('one', `${table}.${format}`))
    const again = await ocg(['import', '-n', 'shop', '--data', 'copy', '--json', ...files], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: true })
    await ocg(['export', '-n', 'shop', '--data', 'copy', '--format', format, '--out', 'two'], { cwd })
    for (const file of files) {
      const text = await readFile(join(cwd, file), 'utf8')
      expect(await readFile(join(cwd, file.replace('one', 'two')), 'utf8')).toBe(text)
    }
    // Into the folder that it came from, an export is a no-op too: times and ids are kept.
    const back = await ocg(['import', ...ARGS, '--json', ...files], { cwd })
    expect(
      JSON.parse(back.stdout).tables.every(
        (one: { rows: number; unchanged: number }) => one.rows === one.unchanged,
      ),
    ).toBe(true)
    const twice = await ocg(['export', ...ARGS, '--format', format, '--out', 'one'], { cwd })
    expect(twice).toMatchObject({ code: 3, stderr: expect.stringContaining('exists already') })
  })

  test('as Parquet, beside a host, in the layout of the lake', async () => {
    const cwd = await workFolder(FILES)
    await ocg(['import', ...ARGS, ...NAMES, '--no-wait'], { cwd })
    const served = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
    const { code, stdout, stderr } = await ocg(
      ['export', 'track', 'playlist_track', ...ARGS, '--format', 'parquet', '--out', 'lake', '--json'],
      { cwd },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(
      JSON.parse(stdout).tables.map((one: { table: string; rows: number }) => [one.table, one.rows]),
    ).toEqual([
      ['track', 3],
      ['playlist_track', 3],
    ])
    const files = await readdir(join(cwd, 'lake', 'tables'), { recursive: true })
    expect(files).toContain(join('track', 'year=2021', 'month=02', 'day=03', 'rows.parquet'))
    expect(files).toContain(join('playlist_track', 'year=2022', 'month=01', 'day=01', 'rows.parquet'))
    expect((await request(served, '{ trackCount }')).data).toEqual({ trackCount: 3 })
    await served.stop()
  })

  test('names an unknown table', async () => {
    const cwd = await workFolder(FILES)
    const { code, stderr } = await ocg(['export', 'trakc', ...ARGS], { cwd })
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean track?'),
    })
  })
})
