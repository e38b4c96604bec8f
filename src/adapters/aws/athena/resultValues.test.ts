import { describe, expect, test } from 'vitest'
import type { Json } from '../../../model/json.js'
import type { ResultType } from '../../../model/types.js'
import { nestedValue } from './nestedValue.js'
import { scalarValue } from './scalarValue.js'

describe('a scalar of a result', () => {
  test.each<[text: string, type: string, value: Json]>([
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    ['-7', 'integer', -7],
    ['9007199254740993', 'bigint', '9007199254740993'],
    ['1.0E10', 'double', 1e10],
    ['-0.0', 'double', -0],
    ['NaN', 'float', 'NaN'],
    ['-Infinity', 'double', '-Infinity'],
    ['1.50', 'decimal', '1.50'],
    ['', 'varchar', ''],
    ['2024-02-29', 'date', '2024-02-29'],
    ['2024-02-29 01:02:03.456', 'timestamp', '2024-02-29T01:02:03.456Z'],
    ['2024-02-29 01:02:03', 'timestamp', '2024-02-29T01:02:03.000Z'],
    ['2024-02-29 01:02:03.456789', 'timestamp(6)', '2024-02-29T01:02:03.456Z'],
    ['12024-02-29 01:02:03.456', 'timestamp', '+012024-02-29T01:02:03.456Z'],
    ['2024-02-29 01:02:03.456 UTC', 'timestamp with time zone', '2024-02-29T01:02:03.456Z'],
    ['2024-02-29 01:02:03.456 +05:30', 'timestamp(3) with time zone', '2024-02-28T19:32:03.456Z'],
    ['2024-07-01 12:00:00.000 Europe/Berlin', 'timestamp with time zone', '2024-07-01T10:00:00.000Z'],
    ['2024-03-31 03:30:00.000 Europe/Berlin', 'timestamp with time zone', '2024-03-31T01:30:00.000Z'],
    [
      '2024-01-01 12:00:00.000 Nowhere/Land',
      'timestamp with time zone',
      '2024-01-01 12:00:00.000 Nowhere/Land',
    ],
    ['01:02:03.4', 'time', '01:02:03.400'],
    ['00 ff 10', 'varbinary', 'AP8Q'],
    ['{a=1}', 'map', '{a=1}'],
  ])('%s of type %s', (text, type, value) => {
    expect(scalarValue(text, type)).toBe(value)
  })
})

const scalar = (name: string): ResultType => ({ kind: 'scalar', name })
const array = (item: ResultType): ResultType => ({ kind: 'array', item })
const row = (...fields: readonly (readonly [string, ResultType])[]): ResultType => {
  return { kind: 'row', fields: fields.map(([name, type]) => ({ name, type })) }
}

describe('an array or a row of a result', () => {
  test.each<[text: string, type: ResultType, value: Json]>([
    ['[]', array(scalar('varchar')), []],
    [' [ 1 , null ] ', array(scalar('integer')), [1, null]],
    ['[9007199254740993,1]', array(scalar('bigint')), ['9007199254740993', 1]],
    [
      '[1.50,12345678901234567890.1234567890]',
      array(scalar('decimal')),
      ['1.50', '12345678901234567890.1234567890'],
    ],
    ['["NaN",1.0E20]', array(scalar('double')), ['NaN', 1e20]],
    ['["é\\"\\\\ x","",null]', array(scalar('varchar')), ['é"\\ x', '', null]],
    ['["2024-02-29 01:02:03.456"]', array(scalar('timestamp(3)')), ['2024-02-29T01:02:03.456Z']],
    [
      '{"":1,"":["a"]}',
      row(['field0', scalar('integer')], ['field1', array(scalar('varchar'))]),
      { field0: 1, field1: ['a'] },
    ],
    ['{"floorsup":null}', row(['floorsUp', scalar('integer')]), { floorsUp: null }],
    ['[{"a":1},"x",null]', array(scalar('varchar')), ['{"a":1}', 'x', null]],
    ['[null,[true]]', array(array(scalar('boolean'))), [null, [true]]],
  ])('%s', (text, type, value) => {
    expect(nestedValue(text, type)).toEqual(value)
  })

  test.each(['', '[1', '[1]]', '{"a":1}', '[1 2]', 'x'])('is not read from %s', (text) => {
    expect(() => nestedValue(text, array(scalar('integer')))).toThrow(SyntaxError)
  })
})
