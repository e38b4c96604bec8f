import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileSchema } from '../../src/cli/compileSchema.js'
import { OPEN_TIMEOUT_MS, openShop, type Shop, until } from '../musicShop/shop.js'
import { matchesJson, matchesText } from './matching.js'
import { PAGES, type Snippet, snippetsOf } from './snippets.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SNIPPET_FOLDER = join(ROOT, '.ocg', 'snippets')
const run = promisify(execFile)
/** A SYNC statement waits two seconds for SQL to follow, and on a machine that is busy elsewhere that can be too short. */
const TRIES = 3

const pages = PAGES.map((page) => ({ page, snippets: snippetsOf(page) }))
const all = pages.flatMap(({ snippets }) => snippets)

/** What each kind of block is for; any other one is a mistake in the page. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  graphql: ['schema', 'query', 'fragment'],
  json: ['answer', 'example'],
  sql: ['fragment'],
  sh: ['run', 'example'],
  text: ['output', 'example'],
  ts: ['run', 'check'],
  mermaid: [],
}

describe('blocks', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(20)
  })

  it('say what they are for, in the words of docs/README.md', () => {
    const wrong = all.filter(({ language, words }) => {
      const kinds = KINDS[language]
      if (kinds === undefined) return true
      return kinds.length === 0 ? words.length > 0 : !kinds.includes(words[0] ?? '')
    })
    expect(wrong.map(({ place, language, words }) => `${place} ${language} ${words.join(' ')}`)).toEqual([])
  })
})

describe('graphql schema', () => {
  it.each(blocks('graphql', 'schema'))('$place', async ({ text, words }) => {
    const codes = await diagnosticCodes(text)
    const fails = words.find((word) => word.startsWith('fails='))
    expect(codes).toEqual(fails ? fails.slice('fails='.length).split(',') : [])
  })
})

describe('graphql fragment', () => {
  it.each(blocks('graphql', 'fragment'))('$place', ({ text }) => {
    expect(() => parse(text)).not.toThrow()
  })
})

describe('graphql query', () => {
  let shop: Shop | undefined
  let taskId = ''
  beforeAll(async () => {
    if (blocks('graphql', 'query').length > 0) shop = await openShop()
  }, OPEN_TIMEOUT_MS)
  afterAll(() => shop?.close())

  it.each(blocks('graphql', 'query'))('$place', async ({ text, next }) => {
    const query = text.replaceAll('TASK_ID', taskId)
    const answer = await until(
      async () => plain(await shop?.execute(query)),
      (one) => !JSON.stringify(one).includes('"RUNNING"'),
    )
    taskId = JSON.stringify(answer).match(/"taskId":"([^"]+)"/)?.[1] ?? taskId
    if (next?.language !== 'json') return expect(answer.errors).toBeUndefined()
    const expected = JSON.parse(next.text) as unknown
    if (!matchesJson(answer, expected)) expect(answer).toEqual(expected)
  })
})

describe('sh run', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ocg-docs-'))
    await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true })
    await writeCommands(join(folder, 'bin'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  // The blocks of a page are one session: each finds what those before it have made.
  for (const { page, snippets } of pages) {
    it.each(snippets.filter(isKind('sh', 'run')))('$place', async ({ text, words, next }) => {
      const cwd = join(folder, page.replaceAll('/', '-'))
      await mkdir(cwd, { recursive: true })
      await cp(join(folder, 'examples'), join(cwd, 'examples'), { recursive: true, force: false })
      const { output, code } = await shell(text, cwd, join(folder, 'bin'))
      const exit = words.find((word) => word.startsWith('exit='))
      expect({ code, output: code === 0 ? '' : output }).toMatchObject({ code: Number(exit?.slice(5) ?? 0) })
      if (next?.language === 'text' && !matchesText(output, next.text)) expect(output).toBe(next.text)
    })
  }
})

describe('ts', () => {
  const snippets = all.filter(({ language }) => language === 'ts')
  const fileOf = (snippet: Snippet) =>
    join(SNIPPET_FOLDER, `${snippet.place.replaceAll(/[^a-zA-Z0-9]/g, '_')}.ts`)

  beforeAll(async () => {
    await rm(SNIPPET_FOLDER, { recursive: true, force: true })
    await mkdir(SNIPPET_FOLDER, { recursive: true })
    const config = { extends: '../../tsconfig.json', include: ['.'], exclude: [] }
    await writeFile(join(SNIPPET_FOLDER, 'tsconfig.json'), JSON.stringify(config))
    for (const snippet of snippets) await writeFile(fileOf(snippet), `${snippet.text}\nexport {}\n`)
  })
  afterAll(() => rm(SNIPPET_FOLDER, { recursive: true, force: true }))

  it.runIf(snippets.length > 0)('has the types that it uses', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', SNIPPET_FOLDER]).catch(
      (error) => error as never,
    )
    expect(stdout).toBe('')
  })

  it.each(snippets.filter(isKind('ts', 'run')))('$place', { timeout: TRIES * 60_000 }, async (snippet) => {
    const expected = snippet.next?.language === 'text' ? snippet.next.text : undefined
    let output = await runSnippet(fileOf(snippet))
    for (let tries = 1; expected !== undefined && !matchesText(output, expected); tries++) {
      if (tries === TRIES) expect(output).toBe(expected)
      output = await runSnippet(fileOf(snippet))
    }
  })
})

/** In a folder of its own, which is empty. */
async function runSnippet(file: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'ocg-docs-'))
  try {
    const args = ['--import', import.meta.resolve('tsx'), file]
    const env = { ...process.env, TSX_TSCONFIG_PATH: join(SNIPPET_FOLDER, 'tsconfig.json') }
    return (await run(process.execPath, args, { cwd, env })).stdout
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

function blocks(language: string, kind: string): readonly Snippet[] {
  return all.filter(isKind(language, kind))
}

function isKind(language: string, kind: string): (snippet: Snippet) => boolean {
  return (snippet) => snippet.language === language && snippet.words[0] === kind
}

async function diagnosticCodes(text: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-docs-'))
  try {
    const file = join(folder, 'schema.graphql')
    await writeFile(file, text)
    const { diagnostics } = await compileSchema([file], 'docs')
    return diagnostics.map(({ code }) => code)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** As a client gets it. */
function plain(answer: unknown): { readonly errors?: unknown } {
  return JSON.parse(JSON.stringify(answer)) as { readonly errors?: unknown }
}

/** `ocg` and `npx ocg` of these sources. */
async function writeCommands(bin: string): Promise<void> {
  await mkdir(bin, { recursive: true })
  const call = `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${join(ROOT, 'src/cli/main.ts')}"`
  await writeFile(join(bin, 'ocg'), `#!/bin/sh\nexec ${call} "$@"\n`)
  await writeFile(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n')
  for (const name of ['ocg', 'npx']) await chmod(join(bin, name), 0o755)
}

/** Runs lines as a shell does, stderr and stdout in the order of their writing. */
async function shell(text: string, cwd: string, bin: string): Promise<{ output: string; code: number }> {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: '1', COLUMNS: '100' }
  try {
    const { stdout } = await run('sh', ['-ec', `exec 2>&1\n${text}`], {
      cwd,
      env,
      maxBuffer: 64 * 1024 * 1024,
    })
    return { output: stdout, code: 0 }
  } catch (error) {
    const { stdout, code } = error as { stdout: string; code: number }
    return { output: stdout, code }
  }
}
