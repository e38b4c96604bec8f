import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../model/json.js'
import type { ScalarName, SqlPart, TypeRef } from '../../model/types.js'
import { bindStatement, MAX_STATEMENT_BYTES } from './bindStatement.js'

type Context = Extract<SqlPart, { arg: string }>['context']

const scalar = (name: ScalarName, nonNull = false): TypeRef => ({ kind: 'scalar', name, nonNull })
const list = (item: TypeRef): TypeRef => ({ kind: 'list', item, nonNull: false })
const MOOD: TypeRef = { kind: 'enum', name: 'Mood', nonNull: false }
const project = { enums: [{ name: 'Mood', values: ['SAD', 'HAPPY'] }] }

/** How a value is written between `[` and `]`. */
function bind(type: TypeRef, value: Json, context: Context = 'value'): string {
  const sql = bindStatement(
    [{ text: '[' }, { arg: 'x', context }, { text: ']' }],
    [{ name: 'x', type }],
    { x: value },
    project,
  )
  return sql.slice(1, -1)
}

describe('bindStatement', () => {
  test.each<[string, TypeRef, Json, string]>([
    ['a text', scalar('String'), "it's \\ \n --", " 'it''s \\ \n --' "],
    ['an id', scalar('ID'), '1', " '1' "],
    ['an Int', scalar('Int'), 5, ' 5 '],
    ['a negative Int', scalar('Int'), -2147483648, ' (-2147483648) '],
    ['a Float', scalar('Float'), 1.5, ' 1.5E0 '],
    ['a whole Float', scalar('Float'), 3, ' 3E0 '],
    ['a large Float', scalar('Float'), 1e30, ' 1E30 '],
    ['a small Float', scalar('Float'), -1e-7, ' (-1E-7) '],
    ['a Boolean', scalar('Boolean'), true, ' true '],
    [
      'an AWSDateTime',
      scalar('AWSDateTime'),
      '2024-01-01T01:30:00.1239+01:30',
      " TIMESTAMP '2024-01-01 00:00:00.123' ",
    ],
    ['an AWSDate', scalar('AWSDate'), '2024-02-29+05:00', " DATE '2024-02-29' "],
    ['an AWSTimestamp', scalar('AWSTimestamp'), -1, ' CAST((-1) AS BIGINT) '],
    ['an AWSTime', scalar('AWSTime'), '10:00:00Z', " '10:00:00Z' "],
    ['an enum', MOOD, 'SAD', " 'SAD' "],
    ['null', scalar('Float'), null, ' CAST(NULL AS DOUBLE) '],
    ['a null date-time', scalar('AWSDateTime'), null, ' CAST(NULL AS TIMESTAMP(3)) '],
    ['a list', list(scalar('Int')), [1, -2, null], ' ARRAY[1, (-2), CAST(NULL AS INTEGER)] '],
    ['an empty list', list(scalar('String')), [], ' CAST(ARRAY[] AS ARRAY(VARCHAR)) '],
    ['a null list', list(list(scalar('ID'))), null, ' CAST(NULL AS ARRAY(ARRAY(VARCHAR))) '],
  ])('writes %s', (_, type, value, expected) => {
    expect(bind(type, value)).toBe(expected)
  })

  test('writes a list after IN', () => {
    expect(bind(list(scalar('String')), ["a'", null], 'inList')).toBe(" ('a''', CAST(NULL AS VARCHAR)) ")
    expect(bind(scalar('Int'), -1, 'inList')).toBe(' ((-1)) ')
    expect(() => bind(list(scalar('String')), [], 'inList')).toThrow(
      'The argument x must have at least one value.',
    )
    expect(() => bind(list(scalar('String')), null, 'inList')).toThrow('must not be null')
  })

  test('writes text inside a literal', () => {
    expect(bind(scalar('String'), "50%_'", 'literal')).toBe("50%_''")
    expect(bind(scalar('Int'), -7, 'literal')).toBe('-7')
    expect(bind(scalar('Float'), 1e21, 'literal')).toBe('1e21')
    expect(bind(scalar('Boolean'), false, 'literal')).toBe('false')
    expect(() => bind(scalar('String'), null, 'literal')).toThrow(
      'The argument x must not be null: it is part of a text.',
    )
    expect(() => bind(list(scalar('String')), ['a'], 'literal')).toThrow('must not be a list')
  })

  test('writes a number of rows', () => {
    expect(bind(scalar('Int'), 0, 'count')).toBe(' 0 ')
    for (const value of [-1, null, -0]) {
      expect(() => bind(scalar('Int'), value, 'count')).toThrow(
        'The argument x must be a whole number of rows, 0 or more.',
      )
    }
  })

  test.each<[string, TypeRef, Json]>([
    ['U+0000', scalar('String'), 'a\0b'],
    ['half a pair', scalar('String'), 'a\ud800'],
    ['half a pair in a list', list(scalar('ID')), ['ok', '\udc00']],
    ['a number too large', scalar('Int'), 2 ** 31],
    ['a fraction', scalar('Int'), 1.5],
    ['a text for a number', scalar('Int'), '1 OR 1=1'],
    ['an object', scalar('String'), { a: 1 }],
    ['a date that is none', scalar('AWSDate'), "2024-01-01'"],
    ['a date-time that is none', scalar('AWSDateTime'), '2024-02-30T00:00:00Z'],
    ['an unknown enum value', MOOD, "SAD' OR 1=1"],
    ['null where none may be', scalar('String', true), null],
  ])('refuses %s', (_, type, value) => {
    expect(() => bind(type, value)).toThrow(expect.objectContaining({ code: 'BadInput' }))
    expect(() => bind(type, value)).toThrow(/^The argument x .*\.$/)
  })

  test('an argument that is not given is null, also by the name of an inherited property', () => {
    const args = [{ name: 'constructor', type: scalar('String') }]
    expect(bindStatement([{ arg: 'constructor', context: 'value' }], args, {}, project)).toBe(
      ' CAST(NULL AS VARCHAR) ',
    )
  })

  test('$args.user never touches $args.userId', () => {
    const args = [
      { name: 'user', type: scalar('String') },
      { name: 'userId', type: scalar('String') },
    ]
    const values: JsonObject = { user: '$args.userId', userId: '$args.user' }
    const sql = bindStatement(
      [{ arg: 'user', context: 'value' }, { text: '||' }, { arg: 'userId', context: 'value' }],
      args,
      values,
      project,
    )
    expect(sql).toBe(" '$args.userId' || '$args.user' ")
  })

  test('keeps to the longest statement that Athena takes, counted in bytes', () => {
    const room = MAX_STATEMENT_BYTES - "[ '' ]".length
    expect(bind(scalar('String'), 'a'.repeat(room))).toHaveLength(room + 4)
    expect(() => bind(scalar('String'), 'a'.repeat(room + 1))).toThrow('longer than 262144 bytes')
    expect(() => bind(scalar('String'), 'é'.repeat(room / 2 + 1))).toThrow('longer than 262144 bytes')
  })
})
