import { describe, expect, test } from 'vitest'
import type { Json } from '../../model/json.js'
import type { NestedResultType, Project, ResultType, ScalarName, TypeRef } from '../../model/types.js'
import { readRows, readSingle } from './readResult.js'

const scalar = (name: ScalarName, nonNull = false): TypeRef => ({ kind: 'scalar', name, nonNull })
const list = (item: TypeRef, nonNull = false): TypeRef => ({ kind: 'list', item, nonNull })
const row: TypeRef = { kind: 'response', name: 'Row', nonNull: true }

const types: Pick<Project, 'enums' | 'valueTypes' | 'responseTypes'> = {
  enums: [{ name: 'Mood', values: ['SAD'] }],
  valueTypes: [{ name: 'Address', fields: [{ name: 'zipCode', type: scalar('String', true) }] }],
  responseTypes: [
    {
      name: 'Row',
      fields: [
        { name: 'userId', type: scalar('ID', true) },
        { name: 'total', type: scalar('Float') },
        { name: 'address', type: { kind: 'value', name: 'Address', nonNull: false } },
      ],
    },
  ],
}

const read = (type: TypeRef, value: Json) => readRows([[value]], ['n'], { returns: list(type) }, types)[0]

describe('readRows', () => {
  test('takes fields from the columns of their names, in any case, and leaves others out', () => {
    const rows = [
      [1, 'u1', { zipcode: '1234' }, '12.50'],
      [2, 'u2', null, null],
    ]
    expect(readRows(rows, ['extra', 'USERID', 'Address', 'total'], { returns: list(row) }, types)).toEqual([
      { userId: 'u1', total: 12.5, address: { zipCode: '1234' } },
      { userId: 'u2', total: null, address: null },
    ])
  })

  test('a list of scalars takes the first column', () => {
    expect(
      readRows(
        [
          ['a', 1],
          [null, 2],
        ],
        ['x', 'y'],
        { returns: list(scalar('String')) },
        types,
      ),
    ).toEqual(['a', null])
    expect(read(list(scalar('Int')), [1, null, '3'])).toEqual([1, null, 3])
  })

  test.each<[ScalarName, Json, Json]>([
    ['Int', 5, 5],
    ['Int', '2147483647', 2147483647],
    ['Float', '0.12345678901234567890', 0.12345678901234568],
    ['Float', '9007199254740991', 9007199254740991],
    ['Float', '12345678901234567890.5', 12345678901234567000],
    ['Int', '5.00', 5],
    ['Float', '-0.10', -0.1],
    ['AWSTimestamp', '1704067200', 1704067200],
    ['AWSDateTime', '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z'],
    ['AWSJSON', '{"a":1}', '{"a":1}'],
    ['ID', 7, '7'],
    ['ID', '9223372036854775807', '9223372036854775807'],
    ['String', 7, '7'],
    ['String', '9223372036854775807', '9223372036854775807'],
    ['String', '-12345678901234567890.1234567890', '-12345678901234567890.1234567890'],
    ['AWSDate', '2024-02-29', '2024-02-29'],
    ['AWSJSON', '9223372036854775807', '9223372036854775807'],
    ['AWSJSON', '1.50', '1.50'],
    ['AWSJSON', 7, '7'],
    ['AWSJSON', true, 'true'],
    ['Boolean', false, false],
    ['String', 'NaN', 'NaN'],
  ])('%s of %j is %j', (name, value, expected) => {
    expect(read(scalar(name), value)).toBe(expected)
  })

  test.each<[TypeRef, Json, string]>([
    [
      scalar('Int'),
      3e9,
      "The value of n in the statement's result is 3000000000, which is beyond the 32 bits of an Int: declare it as Float, or as String for all digits.",
    ],
    [scalar('Int'), '9223372036854775807', 'is 9223372036854775807, which is beyond the 32 bits of an Int'],
    [scalar('Int'), 1.5, 'is 1.5, which is no Int.'],
    [scalar('Int'), '', 'is "", which is no Int.'],
    [
      scalar('Float'),
      '9007199254740993',
      'is 9007199254740993, which is beyond what a Float holds exactly (2^53): declare it as String, or use CAST(… AS double).',
    ],
    [scalar('Float'), '-9007199254740992', 'beyond what a Float holds exactly'],
    [scalar('Float'), 'NaN', "The value of n in the statement's result is NaN, which has no form in JSON."],
    [scalar('Float', true), 'Infinity', 'is Infinity, which has no form in JSON.'],
    [
      list(scalar('Float')),
      [1, '-Infinity'],
      "The value of n[2] in the statement's result is -Infinity, which has",
    ],
    [scalar('AWSJSON'), 'NaN', 'is NaN, which has no form in JSON.'],
    [
      scalar('AWSJSON'),
      '{"a":',
      'is the text "{\\"a\\":", which is no JSON: write CAST(… AS json) to return it as a JSON string.',
    ],
    [scalar('AWSTimestamp'), '9007199254740993', 'which is no AWSTimestamp.'],
    [scalar('AWSDateTime'), '+012024-01-01T00:00:00.000Z', 'which is no AWSDateTime.'],
    [scalar('AWSDate'), '+012024-01-01', 'which is no AWSDate.'],
    [scalar('String'), 1.5, 'is 1.5, which is no String.'],
    [scalar('Boolean'), 1, 'is 1, which is no Boolean.'],
    [scalar('Int', true), null, 'is null, but the declared type has no null there.'],
    [{ kind: 'enum', name: 'Mood', nonNull: false }, 'ANGRY', 'is "ANGRY", which is no value of Mood.'],
    [list(scalar('Int', true)), [1, null], 'The value of n[2] in'],
    [list(scalar('Int')), 1, 'is not a list.'],
  ])('refuses %j of %j', (type, value, message) => {
    expect(() => read(type, value)).toThrow(message)
    expect(() => read(type, value)).toThrow(expect.objectContaining({ code: 'TaskFailed' }))
  })

  test('names the place of a value within a row', () => {
    expect(() =>
      readRows([['u', 1, { zipCode: null }]], ['userId', 'total', 'address'], { returns: row }, types),
    ).toThrow('The value of address.zipCode in')
  })
})

describe('arrays, rows and maps as AWSJSON', () => {
  const of = (name: string): ResultType => ({ kind: 'scalar', name })
  const array = (item: ResultType): NestedResultType => ({ kind: 'array', item })
  const jsonOf = (value: Json, nested: NestedResultType) =>
    readRows([[value]], ['n'], { returns: scalar('AWSJSON'), columns: [{ name: 'n', nested }] }, types)[0]

  test.each<[Json, NestedResultType, string]>([
    [['9223372036854775807', 1, null], array(of('bigint')), '[9223372036854775807,1,null]'],
    [['1.50'], array(of('decimal')), '[1.50]'],
    [['9', 'a"b', 'NaN'], array(of('varchar')), '["9","a\\"b","NaN"]'],
    [['{"a": 1}', '7'], array(of('json')), '[{"a": 1},7]'],
    [[0.1, 1e300], array(of('double')), '[0.1,1e+300]'],
    [['2024-01-01T00:00:00.000Z'], array(of('timestamp(3)')), '["2024-01-01T00:00:00.000Z"]'],
    [
      { b: '9007199254740993', A: [true] },
      {
        kind: 'row',
        fields: [
          { name: 'b', type: of('bigint') },
          { name: 'A', type: array(of('boolean')) },
        ],
      },
      '{"b":9007199254740993,"A":[true]}',
    ],
    [
      { b: null, a: '9007199254740993', 10: 1, 9: 2 },
      { kind: 'map', value: of('bigint') },
      '{"10":1,"9":2,"a":9007199254740993,"b":null}',
    ],
  ])('%j of %j', (value, type, expected) => {
    expect(jsonOf(value, type)).toBe(expected)
  })

  test.each(['NaN', 'Infinity', '-Infinity'])('%s is an error by name, however deep it is', (value) => {
    expect(() => jsonOf({ a: [1, value] }, { kind: 'map', value: array(of('double')) })).toThrow(
      `The value of n in the statement's result is ${value}, which has no form in JSON.`,
    )
  })

  test('fields of a row and items of a list find their types', () => {
    const responseTypes = [{ name: 'Row', fields: [{ name: 'Items', type: list(scalar('AWSJSON')) }] }]
    const nested = array(array(of('bigint')))
    expect(
      readRows(
        [[1, [['9007199254740993'], []]]],
        ['other', 'items'],
        { returns: list(row), columns: [{ name: 'other' }, { name: 'items', nested }] },
        { ...types, responseTypes },
      ),
    ).toEqual([{ Items: ['[9007199254740993]', '[]'] }])
  })
})

describe('readSingle', () => {
  test('takes the first row, and null when there is none', () => {
    expect(readSingle([[1], [2]], ['n'], { returns: scalar('Int') }, types)).toBe(1)
    expect(readSingle([], ['n'], { returns: scalar('Int', true) }, types)).toBe(null)
  })
})
