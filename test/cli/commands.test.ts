import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ocg } from './ocg.js'
import { workFolder } from './workFolder.js'

const COMMANDS = [
  ...['init', 'dev', 'serve', 'validate', 'print', 'explain', 'import', 'export', 'tasks', 'dlq', 'lake'],
  ...['synth', 'diff', 'deploy', 'destroy', 'logs', 'doctor'],
]

describe('help', () => {
  test('lists every command', async () => {
    const { code, stdout } = await ocg(['--help'])
    expect(code).toBe(0)
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
  })

  test('of every command has an example', async () => {
    const lines = [
      ...COMMANDS.map((command) => [command]),
      ...['list', 'show', 'cancel'].map((sub) => ['tasks', sub]),
      ...['list', 'replay'].map((sub) => ['dlq', sub]),
      ...['status', 'verify', 'rebuild', 'publish', 'purge'].map((sub) => ['lake', sub]),
    ]
    for (const words of lines) {
      const { code, stdout } = await ocg([...words, '--help'])
      expect(code).toBe(0)
      expect(stdout, words.join(' ')).toMatch(/Examples?:\n {2}\$ ocg /)
    }
  })

  test('loads no adapter, compiler or server', async () => {
    const trace = join(await workFolder(), 'loaded.json')
    const { code, stdout } = await ocg(['dev', '--help'], {
      env: { NODE_V8_COVERAGE: `${trace}.d` },
    })
    expect(code).toBe(0)
    expect(stdout).toContain('ocg dev')
    const [report] = await readdir(`${trace}.d`)
    const coverage = await readFile(join(`${trace}.d`, report ?? ''), 'utf8')
    const urls = (JSON.parse(coverage) as { result: { url: string }[] }).result.map(({ url }) => url)
    expect(urls.some((url) => url.endsWith('/cli/commands/dev.js'))).toBe(true)
    const heavy =
      /adapters|compiler\/|\/server\/|\/host\/|commands\/(?!dev)|lmdb|duckdb|polyglot|\/graphql\/|chokidar|pino|aws-sdk|aws-cdk|jiti|valibot/
    expect(urls.filter((url) => heavy.test(url))).toEqual([])
  })
})

describe('mistakes of the command line', () => {
  test('an unknown command names the nearest', async () => {
    const { code, stderr } = await ocg(['valdiate'])
    expect(code).toBe(1)
    expect(stderr).toContain("unknown command 'valdiate'\n(Did you mean validate?)")
  })

  test('with --json it is told in JSON', async () => {
    const mistakes = {
      'lake purge customer --json': [
        "Missing required argument 'id'.",
        'Run ocg lake purge --help for its options.',
      ],
      'validate --json --flie x': [
        "Unknown option '--flie' (Did you mean --file?)",
        'Run ocg validate --help for its options.',
      ],
      'nope --json': ["Unknown command 'nope'.", 'Run ocg --help for the list of commands.'],
      'export --json --format xml': [
        "Option '--format <format>' argument 'xml' is invalid. Allowed choices are jsonl, csv, parquet.",
        'Run ocg export --help for its options.',
      ],
    }
    for (const [line, [message, hint]] of Object.entries(mistakes)) {
      const { code, stdout, stderr } = await ocg(line.split(' '))
      expect({ code, stdout }, line).toEqual({ code: 1, stdout: '' })
      expect(JSON.parse(stderr)).toEqual({ ok: false, error: { reason: 'input', message, hint } })
    }
  })

  test("a mistake in a command's own command leads to the help of that one", async () => {
    const { code, stderr } = await ocg(['lake', 'purge', 'customer'])
    expect(code).toBe(1)
    expect(stderr).toContain('Run ocg lake purge --help for its options.')
  })

  test('commands of later versions do not exist', async () => {
    for (const command of ['explain', 'codegen']) expect((await ocg([command])).code).toBe(1)
  })

  test('an unknown option is an error of input', async () => {
    const { code, stderr } = await ocg(['validate', '--jsn'])
    expect(code).toBe(1)
    expect(stderr).toContain('(Did you mean --json?)')
  })

  test.each([
    [['validate', '-n', 'Shop'], "'Shop' can't be the name of a project."],
    [['validate', '-n', 'shop', '-f', 'nothing.graphql'], 'The schema file nothing.graphql does not exist.'],
    [['import', '-n', 'shop', 'nothing.jsonl'], "nothing.jsonl: the schema has no table 'nothing'."],
    [['import', '-n', 'shop', 'track.jsonl'], 'The file track.jsonl does not exist.'],
    [['dev', '-n', 'shop', '--port', 'x'], 'Expected a whole number from 0 to 65535.'],
    [['export', '-n', 'shop'], 'The export has no folder to go to.'],
    [['tasks', '-n', 'shop'], 'There is no data in'],
    [['dlq', 'replay', '-n', 'shop'], 'Say which dead letters to replay'],
  ])('%j is explained in a sentence', async (args, message) => {
    const cwd = await workFolder()
    const { code, stderr, stdout } = await ocg(args, { cwd })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  test('a folder that is not writable is the environment', async () => {
    const cwd = await workFolder({ file: '', 'track.jsonl': '{"id":"1","name":"A"}' })
    const { code, stderr } = await ocg(['import', '-n', 'shop', '--data', 'file/data', 'track.jsonl'], {
      cwd,
    })
    expect(stderr).toContain('error: ')
    expect(code).toBe(2)
  })
})

describe('validate', () => {
  test('says that a schema is right', async () => {
    const { code, stdout, stderr } = await ocg(['validate', '-n', 'shop'], { cwd: await workFolder() })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toBe('The schema is right: 2 entities, 1 join table, 5 statements, 17 operations.\n')
  })

  test('shows every mistake with its place, and exits with 1', async () => {
    const text = 'type User {\n  id: ID!\n  friend: User\n}\ntype Post {\n  id: String!\n}\n'
    const cwd = await workFolder({ 'schema.graphql': text })
    const people = await ocg(['validate', '-n', 'shop'], { cwd })
    expect(people.code).toBe(1)
    expect(people.stderr).toContain('at schema.graphql:3:11')
    expect(people.stderr).toContain('at schema.graphql:6:7')
    expect(people.stderr).toContain('2 errors')
    const programs = await ocg(['validate', '-n', 'shop', '--json'], { cwd })
    expect(programs).toMatchObject({ code: 1, stderr: '' })
    const { ok, diagnostics } = JSON.parse(programs.stdout)
    expect(ok).toBe(false)
    expect(diagnostics.map((one: { position: { line: number } }) => one.position.line)).toEqual([3, 6])
  })

  test('takes several files and folders as one schema', async () => {
    const cwd = await workFolder({ 'a.graphql': 'type A { id: ID! }', 'b.gql': 'type B { id: ID! }' })
    const { code, stdout } = await ocg(
      ['validate', '-n', 'shop', '-f', 'a.graphql', '-f', 'b.gql', '--print'],
      { cwd },
    )
    expect(code).toBe(0)
    expect(stdout).toContain('readA(')
    expect(stdout).toContain('readB(')
    const folder = await ocg(['print', '-n', 'shop', '-f', '.'], { cwd })
    expect(folder.stdout).toContain('readTrack(')
  })

  test('refuses what is not UTF-8', async () => {
    const cwd = await workFolder({ 'schema.graphql': Buffer.from('type A { id: ID! } # \xff', 'latin1') })
    const { code, stderr } = await ocg(['validate', '-n', 'shop'], { cwd })
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is not UTF-8') })
  })
})

describe('print', () => {
  test('gives the API, or the model, on stdout or in a folder', async () => {
    const cwd = await workFolder()
    const { stdout } = await ocg(['print', '-n', 'shop'], { cwd })
    expect(stdout).toContain('createTrack(input: CreateTrackInput!): Track!')
    const model = await ocg(['print', '-n', 'shop', '--model', '--out', 'made'], { cwd })
    expect(model).toMatchObject({ code: 0, stdout: '' })
    const { name, sdl } = JSON.parse(await readFile(join(cwd, 'made', 'model.json'), 'utf8'))
    expect({ name, sdl: `${sdl.trimEnd()}\n` }).toEqual({ name: 'shop', sdl: stdout })
  })
})

describe('init', () => {
  test('writes a schema that is right, and overwrites nothing', async () => {
    const cwd = await workFolder()
    const first = await ocg(['init', 'blog'], { cwd })
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toContain('npx ocg dev -n blog')
    expect((await readdir(join(cwd, 'blog'))).sort()).toEqual(['.gitignore', 'README.md', 'schema.graphql'])
    const checked = await ocg(['validate', '-n', 'blog'], { cwd: join(cwd, 'blog') })
    expect(checked).toMatchObject({ code: 0 })

    await writeFile(join(cwd, 'blog', 'schema.graphql'), '# mine')
    const second = await ocg(['init', 'blog'], { cwd })
    expect(second).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('blog already has schema.graphql and README.md.'),
    })
    expect(await readFile(join(cwd, 'blog', 'schema.graphql'), 'utf8')).toBe('# mine')
    expect(await ocg(['init', 'blog', '--force'], { cwd })).toMatchObject({ code: 0 })
    expect(await readFile(join(cwd, 'blog', 'schema.graphql'), 'utf8')).not.toBe('# mine')
  })
})
