import { describe, expect, test } from 'vitest'
import type { Json } from '../../model/json.js'
import type { Project, ScalarName, TypeRef } from '../../model/types.js'
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
    ['Float', '9007199254740993', 9007199254740992],
    ['Float', '-0.10', -0.1],
    ['Float', 'NaN', null],
    ['Float', '-Infinity', null],
    ['AWSTimestamp', '1704067200', 1704067200],
    ['AWSDateTime', '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z'],
    ['AWSJSON', '{"a":1}', '{"a":1}'],
    ['ID', 7, '7'],
    ['Boolean', false, false],
    ['String', 'NaN', 'NaN'],
  ])('%s of %j is %j', (name, value, expected) => {
    expect(read(scalar(name), value)).toBe(expected)
  })

  test.each<[TypeRef, Json, string]>([
    [scalar('Int'), 3e9, "The value of n in the statement's result is 3000000000, which is no Int."],
    [scalar('Int'), '9223372036854775807', 'is "9223372036854775807", which is no Int.'],
    [scalar('Int'), 1.5, 'is 1.5, which is no Int.'],
    [scalar('Int'), '', 'is "", which is no Int.'],
    [scalar('String'), 1, 'is 1, which is no String.'],
    [scalar('Boolean'), 1, 'is 1, which is no Boolean.'],
    [scalar('Int', true), null, 'is null, but the declared type has no null there.'],
    [scalar('Float', true), 'Infinity', 'has no form in JSON, and the declared type has no null.'],
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

describe('readSingle', () => {
  test('takes the first row, and null when there is none', () => {
    expect(readSingle([[1], [2]], ['n'], { returns: scalar('Int') }, types)).toBe(1)
    expect(readSingle([], ['n'], { returns: scalar('Int', true) }, types)).toBe(null)
  })
})
