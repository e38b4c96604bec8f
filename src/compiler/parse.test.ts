import { describe, expect, test } from 'vitest'
import { indexSource } from '../errors/sourceText.js'
import { MAX_SCHEMA_LENGTH, parseSources } from './parse.js'
import { createReport } from './report.js'

/** A broken schema, the syntax errors in it, and the names of the definitions and fields that are read all the same. */
type Case = readonly [name: string, text: string, errors: readonly string[], read: readonly string[]]

const CASES: readonly Case[] = [
  [
    'one broken field',
    'type A {\n  id: ID!\n  name String\n  age: Int\n}',
    ['3:8 expected ":", found Name "String".'],
    ['A: id age'],
  ],
  [
    'several broken fields in one type',
    'type A {\n  id: ID!\n  name String\n  age: \n  city: [String\n  zip: Int\n}\ntype B { id: ID! }',
    [
      '3:8 expected ":", found Name "String".',
      '4:6 a type is missing after ":".',
      '5:9 the "[" is never closed.',
    ],
    ['A: id zip', 'B: id'],
  ],
  [
    'a broken definition between good ones',
    'type A { id: ID! }\ntype { id: ID! }\nenum C { X }',
    ['2:6 expected Name, found "{".'],
    ['A: id', 'C: X'],
  ],
  [
    'a brace that is never closed',
    'type A {\n  id: ID!\n\ntype B {\n  id: ID!\n}\n',
    ['1:8 the "{" is never closed.'],
    ['A: id', 'B: id'],
  ],
  [
    'a parenthesis that is never closed',
    'type Query {\n  a(n: Int: Int @sql_query(query: "SELECT 1")\n  b: Int\n}\ntype B { id: ID! }',
    ['2:11 expected Name, found ":".'],
    ['Query', 'B: id'],
  ],
  [
    'a brace too much',
    'type A { id: ID! } }\ntype B { id: ID! }',
    ['1:20 unexpected "}".'],
    ['A: id', 'B: id'],
  ],
  [
    'characters that are no tokens',
    "type A { id: ID! }\ntype B { id: ID?, name: String; age: Int }\n'",
    [
      '2:16 unexpected character: "?".',
      '2:31 unexpected character: ";".',
      '3:1 unexpected single quote character (\'), did you mean to use a double quote (")?',
    ],
    ['A: id', 'B: age'],
  ],
  [
    'a string without an end',
    'type Query {\n  a: Int @sql_query(query: "SELECT 1)\n  b: Int @sql_query(query: "SELECT 2")\n}\ntype B { id: ID! }',
    ['2:28 unterminated string.'],
    ['Query: b', 'B: id'],
  ],
  [
    'a block string without an end',
    'type A { id: ID! }\ntype Query {\n  a: Int @sql_query(query: """SELECT 1\n  b: Int\n}',
    ['3:28 unterminated string.'],
    ['A: id', 'Query'],
  ],
  [
    'a keyword misspelt',
    'type A { id: ID! }\ntyp B { id: ID! }\ntype C { id: ID! }',
    ['2:1 unexpected Name "typ".'],
    ['A: id', 'C: id'],
  ],
  [
    'keywords as names are no definitions',
    'type type { type: Int\n input: Int enum(scalar: Int): Int }\nenum enum { type input query }\ndirective @type on OBJECT\nunion union = type | enum\ntype X { broken }',
    ['6:17 expected ":", found "}".'],
    ['type: type input enum', 'enum: type input query', 'type', 'union', 'X'],
  ],
  [
    'descriptions stay with their definitions',
    '"""A"""\ntype A { id: ID! }\n"B"\ntype B { "x" y }',
    ['4:16 expected ":", found "}".'],
    ['A: id', 'B'],
  ],
]

describe('a syntax error hides nothing else', () => {
  test.each(CASES)('%s', (_name, text, errors, read) => {
    const result = parseText(text)
    expect({ errors: result.errors, read: result.read }).toEqual({ errors, read })
  })
})

test('every file is read, and a mistake in one says nothing of the others', () => {
  const sources = ['type A { id ID! }', 'type B { id: ID! }', 'type C {'].map((text, index) =>
    indexSource({ file: `${index}.graphql`, text }),
  )
  const report = createReport(sources)
  const { definitions } = parseSources(sources, report)
  expect(definitions).toHaveLength(3)
  expect(
    report.diagnostics().map(({ position }) => `${position.file}:${position.line}:${position.column}`),
  ).toEqual(['0.graphql:1:13', '2.graphql:1:8'])
})

test('lines end at LF, CRLF and CR, and a byte order mark is no character of the schema', () => {
  const { errors } = parseText('\uFEFFtype A {\r\n  id: ID!\r  name String\n}')
  expect(errors).toEqual(['3:8 expected ":", found Name "String".'])
})

test('huge, deep and hostile texts end in a diagnostic, soon', () => {
  const texts = [
    '{'.repeat(100_000),
    '['.repeat(100_000),
    `type A { id: ${'['.repeat(50_000)}`,
    `type A { ${'x '.repeat(20_000)}}`,
    '}'.repeat(100_000),
    '"'.repeat(100_001),
    '?'.repeat(100_000),
    `enum E { ${'A { '.repeat(10_000)}`,
    `type A { ${'a: b c: '.repeat(5_000)}`,
    `${'type A { id: ID! '.repeat(2_000)}`,
    '\u0000\uFFFF\ud800',
    'x'.repeat(MAX_SCHEMA_LENGTH + 1),
  ]
  for (const text of texts) {
    const before = performance.now()
    expect({ start: text.slice(0, 30), codes: parseText(text).codes.length }).not.toHaveProperty('codes', 0)
    expect(performance.now() - before).toBeLessThan(30_000)
  }
})

test('a schema of more than a million characters is refused', () => {
  const { codes } = parseText(`# ${'x'.repeat(MAX_SCHEMA_LENGTH)}`)
  expect(codes).toEqual(['OCG1003'])
})

function parseText(text: string) {
  const source = indexSource({ file: 'schema.graphql', text })
  const report = createReport([source])
  const { definitions } = parseSources([source], report)
  const diagnostics = report.diagnostics()
  return {
    codes: diagnostics.map(({ code }) => code),
    errors: diagnostics.map(
      ({ position, message }) =>
        `${position.line}:${position.column} ${message.replace('Syntax error: ', '')}`,
    ),
    read: definitions.map((node) => {
      const name = 'name' in node ? (node.name?.value ?? '') : ''
      const parts = 'fields' in node ? node.fields : 'values' in node ? node.values : undefined
      return [name, ...(parts ?? []).map((part) => part.name.value)].join(' ').replace(' ', ': ')
    }),
  }
}
