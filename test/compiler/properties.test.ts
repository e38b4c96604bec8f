import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { buildSchema, validateSchema } from 'graphql'
import { expect, test } from 'vitest'
import { compileSchema } from '../../src/compiler/compile.js'
import { DIAGNOSTIC_CODES } from '../../src/errors/diagnosticCodes.js'
import { SCALARS } from '../../src/model/types.js'

const ROOT = join(import.meta.dirname, '../..')
const SEEDS = await Promise.all(
  [
    'examples/music-shop/schema.graphql',
    'test/fixtures/schemas/blog/schema.graphql',
    'test/fixtures/schemas/tenMistakes/schema.graphql',
    'test/fixtures/schemas/followOnErrors/schema.graphql',
  ].map((file) => readFile(join(ROOT, file), 'utf8')),
)

/** Compiles, and checks what holds of every result. */
async function compile(...texts: string[]) {
  const sources = texts.map((text, index) => ({ file: `${index}.graphql`, text }))
  const result = await compileSchema(sources, { project: 'shop' })
  for (const diagnostic of result.diagnostics) {
    const { code, message, position, frame, related = [] } = diagnostic
    expect(DIAGNOSTIC_CODES[code], code).toBeDefined()
    expect(message).toMatch(/[.?!…)"`]$/)
    expect(frame).toContain('^')
    for (const { file, line, column, offset, length } of [position, ...related.map((one) => one.position)]) {
      const text = texts[Number.parseInt(file, 10)] ?? ''
      expect(offset).toBeLessThanOrEqual(text.length)
      expect(offset + length).toBeLessThanOrEqual(Math.max(text.length, offset + 1))
      const before = text.slice(0, offset).split(/\r\n|\n|\r(?!\n)/)
      // Between CR and LF no line has begun yet.
      if (text[offset] !== '\n')
        expect([before.length, (before.at(-1) ?? '').length + 1]).toEqual([line, column])
    }
  }
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error')
  expect(errors.length > 0).toBe(!result.ok)
  if (result.ok) {
    expect(validateSchema(buildSchema(result.project.sdl))).toEqual([])
    expect(JSON.parse(JSON.stringify(result.project))).toEqual(result.project)
    expect(Object.isFrozen(result.project.entities)).toBe(true)
  }
  return result
}

const WORDS = [
  ...[
    'type',
    'enum',
    'input',
    'interface',
    'union',
    'scalar',
    'extend',
    'schema',
    'directive',
    'implements',
    'on',
  ],
  ...[
    'Query',
    'Mutation',
    'Subscription',
    'User',
    'Post',
    'Stats',
    'Address',
    'id',
    'name',
    'createdAt',
    'a',
    'A',
  ],
  ...[
    'ID!',
    'ID',
    'String',
    'Int',
    '[Int!]',
    'AWSDate',
    'User',
    '@sql_query',
    '@task_response',
    '@deprecated',
    '@x',
  ],
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '!',
    '=',
    '|',
    '&',
    '@',
    '"',
    '"""',
    '#',
    '\n',
    ',',
    '$',
    '...',
    '?',
    '\\',
  ],
  ...[
    'query:',
    '"SELECT 1"',
    '"SELECT id FROM user"',
    '"SELECT $args.a"',
    'mode: SYNC',
    '"DELETE u FROM user u"',
  ],
  ...[
    '"INSERT INTO $join_table(t) (u:User) VALUES ($args.a)"',
    '"""\n  SELECT\n"""',
    '1',
    '1.5',
    '-',
    'null',
    'true',
  ],
  ...[
    'type User { id: ID! }',
    'enum A { B }',
    'a: String',
    'type Query {',
    '\r\n',
    '\uFEFF',
    '😀',
    '\u0000',
    '\ud800',
  ],
]

const RANDOM_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' ')),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join('')),
)

test('any text gives a model or diagnostics, never a throw', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(RANDOM_TEXT, { minLength: 0, maxLength: 2 }), async (texts) => {
      await compile(...texts)
    }),
    { numRuns: 2000 },
  )
})

test('any change of a real schema gives a model or diagnostics, never a throw', {
  timeout: 120_000,
}, async () => {
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.integer({ min: 0, max: 30 }),
      insert: fc.oneof(fc.constant(''), fc.constantFrom(...WORDS), fc.string({ maxLength: 5 })),
    }),
    { minLength: 1, maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SEEDS), edits, async (seed, changes) => {
      let text = seed
      for (const { at, remove, insert } of changes) {
        const offset = Math.floor(at * text.length)
        text = text.slice(0, offset) + insert + text.slice(offset + remove)
      }
      await compile(text)
    }),
    { numRuns: 300 },
  )
})

const NAMES = fc.constantFrom(
  ...['User', 'Post', 'Box', 'Sheep', 'Data', 'A', 'orderItem', 'Person', 'Z9_', 'Status'],
)
const FIELD_NAMES = fc.constantFrom(
  ...['name', 'title', 'year', 'tags', 'x', '_y', 'type', 'input', 'limit', 'nextToken'],
)
const WRAP = fc.constantFrom<(type: string) => string>(
  (type) => type,
  (type) => `${type}!`,
  (type) => `[${type}]`,
  (type) => `[${type}!]!`,
  (type) => `[[${type}]!]`,
)
const TYPES = fc.tuple(fc.constantFrom(...SCALARS, 'Color', 'Place'), WRAP).map(([name, wrap]) => wrap(name))
const FIELDS = fc.uniqueArray(fc.tuple(FIELD_NAMES, TYPES), { selector: ([name]) => name, maxLength: 6 })
const DESCRIPTION = fc.option(
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ' ', '😀'), maxLength: 20 }),
  { nil: '' },
)

test('every good schema gives a valid API, whatever the types', { timeout: 120_000 }, async () => {
  const entities = fc.uniqueArray(fc.tuple(NAMES, FIELDS, DESCRIPTION), {
    selector: ([name]) => name.toLowerCase(),
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(entities, FIELDS, async (types, args) => {
      const text = [
        'enum Color { RED GREEN }\ntype Place { city: String! color: [Color!] }',
        ...types.map(([name, fields, description]) => {
          const body = fields
            .map(([field, type]) => `  ${JSON.stringify(description)} ${field}: ${type}`)
            .join('\n')
          return `${JSON.stringify(description)}\ntype ${name} {\n  id: ID!\n${body}\n}`
        }),
        `type Query { ask${argumentList(args)}: Int @sql_query(query: "SELECT 1") }`,
      ].join('\n')
      const result = await compile(text)
      expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    }),
    { numRuns: 300 },
  )
})

function argumentList(fields: readonly (readonly [string, string])[]): string {
  const args = fields.filter(([, type]) => !type.includes('Place')).map(([name, type]) => `${name}: ${type}`)
  return args.length === 0 ? '' : `(${args.join(', ')})`
}

test('the model says nothing of time, file names or order of the run, and its hash nothing of the project', async () => {
  const [text = ''] = SEEDS
  const compiled = await Promise.all(
    ['shop', 'other-shop'].map((project, index) => compileSchema([{ file: `${index}`, text }], { project })),
  )
  const [first, second] = compiled
  if (!first?.ok || !second?.ok) throw new Error('the music shop must compile')
  expect({ ...second.project, name: 'shop' }).toEqual(first.project)
  expect(first.project.hash).toMatch(/^[0-9a-f]{32}$/)
  const changed = await compileSchema([{ file: 'a', text: `${text}\nenum Extra { A }` }], { project: 'shop' })
  expect(changed.ok && changed.project.hash).not.toBe(first.project.hash)
})

test('long chains and many types are compiled without a deep stack, soon', { timeout: 60_000 }, async () => {
  const chain = Array.from({ length: 5000 }, (_, index) => `type V${index} { next: V${index + 1} }`).join(
    '\n',
  )
  const before = performance.now()
  const { diagnostics } = await compile(`type User { id: ID! first: V0 }\n${chain}\ntype V5000 { n: Int }`)
  expect(diagnostics.map(({ code }) => code)).toEqual(['OCG1002'])
  const many = Array.from({ length: 2000 }, (_, index) => `type E${index}x { id: ID! a: Int }`).join('\n')
  expect((await compile(many)).ok).toBe(true)
  const circle = `${chain}\ntype V5000 { back: V0 }\ntype User { id: ID! v: V0 }`
  expect((await compile(circle)).ok).toBe(false)
  expect(performance.now() - before).toBeLessThan(20_000)
})

test('a thousand and more mistakes are cut off', async () => {
  const fields = Array.from({ length: 1500 }, (_, index) => `  f${index}: Nowhere`).join('\n')
  const { diagnostics } = await compile(`type User {\n  id: ID!\n${fields}\n}`)
  expect(diagnostics).toHaveLength(1001)
  expect(diagnostics.at(-1)).toMatchObject({
    code: 'OCG1004',
    message: 'There are more than 1000 mistakes; the others are not shown.',
  })
})
