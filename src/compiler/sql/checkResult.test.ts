import { describe, expect, test } from 'vitest'
import type { ScalarName, TypeRef } from '../../model/types.js'
import type { CheckedType } from '../../ports/sqlChecker.js'
import { lex } from '../../trino/lex.js'
import { checkResult, seenColumns } from './checkResult.js'

const scalar = (name: ScalarName, nonNull = false): TypeRef => ({ kind: 'scalar', name, nonNull })
const list = (item: TypeRef): TypeRef => ({ kind: 'list', item, nonNull: false })
const kind = (
  name:
    | 'string'
    | 'int'
    | 'bigint'
    | 'double'
    | 'decimal'
    | 'boolean'
    | 'timestamp'
    | 'date'
    | 'time'
    | 'json'
    | 'null',
) => ({ kind: name }) as CheckedType

const types = {
  valueTypes: [{ name: 'Address', fields: [{ name: 'zipCode', type: scalar('String', true) }] }],
  responseTypes: [{ name: 'Row', fields: [{ name: 'total', type: scalar('Int', true) }] }],
}
const ADDRESS: TypeRef = { kind: 'value', name: 'Address', nonNull: false }
const ROW: TypeRef = { kind: 'response', name: 'Row', nonNull: true }
const MOOD: TypeRef = { kind: 'enum', name: 'Mood', nonNull: false }

/** Whether a list of the type takes a column of the engine's type. */
const takes = (type: TypeRef, found: CheckedType) =>
  checkResult([{ name: 'n', type: found }], list(type), types, []).length === 0

describe('checkResult', () => {
  test.each<[ScalarName, readonly CheckedType['kind'][]]>([
    ['ID', ['string', 'int', 'bigint']],
    ['String', ['string', 'bigint', 'decimal', 'json']],
    ['Int', ['int', 'bigint']],
    ['Float', ['int', 'bigint', 'double', 'decimal']],
    ['Boolean', ['boolean']],
    ['AWSDateTime', ['timestamp']],
    ['AWSDate', ['date']],
    ['AWSTime', ['string', 'time']],
    ['AWSTimestamp', ['int', 'bigint']],
    ['AWSEmail', ['string']],
    ['AWSJSON', ['string', 'int', 'bigint', 'double', 'decimal', 'boolean', 'json']],
  ])('%s takes %j', (name, taken) => {
    const all = [
      'string',
      'int',
      'bigint',
      'double',
      'decimal',
      'boolean',
      'timestamp',
      'date',
      'time',
      'json',
    ] as const
    expect(all.filter((one) => takes(scalar(name), kind(one)))).toEqual(
      all.filter((one) => taken.includes(one)),
    )
  })

  test('null fits where null may be', () => {
    expect(takes(scalar('Int'), kind('null'))).toBe(true)
    expect(takes(scalar('Int', true), kind('null'))).toBe(false)
    expect(takes(list(scalar('Int', true)), { kind: 'array', item: kind('null') })).toBe(true)
  })

  test('lists, rows and enums', () => {
    expect(takes(list(scalar('Int')), { kind: 'array', item: kind('int') })).toBe(true)
    expect(takes(list(scalar('Int')), { kind: 'array', item: kind('string') })).toBe(false)
    expect(takes(list(scalar('Int')), kind('int'))).toBe(false)
    expect(takes(scalar('Int'), { kind: 'array', item: kind('int') })).toBe(false)
    const address = (name: string): CheckedType => ({
      kind: 'struct',
      fields: [{ name, type: kind('string') }],
    })
    expect(takes(list(ADDRESS), { kind: 'array', item: address('ZIPCODE') })).toBe(true)
    expect(takes(list(ADDRESS), { kind: 'array', item: address('zip') })).toBe(false)
    expect(takes(MOOD, kind('string'))).toBe(true)
    expect(takes(MOOD, kind('int'))).toBe(false)
    expect(takes(scalar('String'), { kind: 'unknown', name: 'interval day to second' })).toBe(false)
  })

  test('points to where a column gets its name, and says what to do', () => {
    const sql = 'SELECT total, lower(name) AS total FROM x'
    const columns = [{ name: 'TOTAL', type: kind('string') }]
    expect(checkResult(columns, list(ROW), types, lex(sql).tokens)).toEqual([
      {
        code: 'OCG2062',
        message: 'The column "TOTAL" is varchar, but the field Row.total is Int!.',
        hint: 'Convert it with CAST(… AS integer), or change the declared type.',
        start: 29,
        end: 34,
      },
    ])
    const first = checkResult(
      [{ name: '', type: { kind: 'array', item: kind('double') } }],
      scalar('Boolean'),
      types,
      [],
    )
    expect(first.map(({ message }) => message)).toEqual([
      'The first column is array(double), but the declared type is Boolean.',
    ])
  })

  test('only a name that the statement gave counts', () => {
    expect(
      seenColumns(
        ['', 'b'],
        [
          { name: 'count_star()', type: kind('int') },
          { name: 'B', type: kind('int') },
        ],
      ),
    ).toEqual([
      { name: '', type: kind('int') },
      { name: 'b', type: kind('int') },
    ])
    expect(seenColumns(undefined, [{ name: 'x', type: kind('int') }])).toEqual([
      { name: 'x', type: kind('int') },
    ])
    expect(seenColumns(['x'], undefined)).toEqual([{ name: 'x', type: undefined }])
    expect(seenColumns(undefined, undefined)).toBeUndefined()
  })
})
