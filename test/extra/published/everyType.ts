import type { JsonObject } from '../../../src/model/json.js'

/** An entity with every type that the lake knows, lists and structs of them included. */
export const EVERY_TYPE = `
type EveryType {
  id: ID!
  text: String
  int: Int
  float: Float
  boolean: Boolean
  dateTime: AWSDateTime
  date: AWSDate
  time: AWSTime
  timestamp: AWSTimestamp
  json: AWSJSON
  mood: EveryMood
  texts: [String]
  ints: [Int!]
  lists: [[Float]]
  times: [AWSDateTime]
  inner: EveryInner
  inners: [EveryInner]
  nothing: Float
}

type EveryInner {
  name: String
  when: AWSDateTime
  day: AWSDate
  counts: [AWSTimestamp]
  deeper: EveryDeeper
}

type EveryDeeper {
  number: Float
  flags: [Boolean]
}

enum EveryMood {
  GOOD
  BAD
}
`

/** Rows at the edges of the types, and many ordinary ones; some days have many, some one. */
export function everyTypeRows(): readonly JsonObject[] {
  const ordinary = Array.from({ length: 3000 }, (_, index): JsonObject => {
    const createdAt = new Date(Date.UTC(2024, 1, 28, 22) + (index % 60) * 3_600_000 + index).toISOString()
    return {
      id: `row-${index}`,
      createdAt,
      updatedAt: createdAt,
      text: `text ${index % 9}`,
      int: index - 1500,
      float: index / 7,
      boolean: index % 2 === 0,
      dateTime: createdAt,
      date: createdAt.slice(0, 10),
      mood: index % 3 === 0 ? 'GOOD' : 'BAD',
      texts: index % 5 === 0 ? [] : ['a', null, `b${index}`],
      inner: index % 4 === 0 ? null : { name: 'n', counts: [index], deeper: { flags: [true, null] } },
    }
  })
  const edge = (id: string, fields: JsonObject): JsonObject => ({
    id,
    createdAt: '2020-01-01T00:00:00.000Z',
    updatedAt: '2035-12-31T23:59:59.999Z',
    ...fields,
  })
  return [
    ...ordinary,
    edge('all null', {}),
    edge('largest', {
      int: 2_147_483_647,
      float: 9.9e125,
      timestamp: 9_007_199_254_740_991,
      dateTime: '9999-12-31T23:59:59.999Z',
      date: '9999-12-31',
      text: 'ÿ\u{1F3B5}\u0000 "\\\n',
      time: '23:59:59.999',
      json: '{"a":[1,2.50]}',
    }),
    edge('smallest', {
      int: -2_147_483_648,
      float: -9.9e125,
      timestamp: -9_007_199_254_740_991,
      dateTime: '0001-01-01T00:00:00.000Z',
      date: '0001-01-01',
      text: '',
      texts: [''],
      ints: [],
      lists: [[], null, [1.5, null]],
      times: ['1969-12-31T23:59:59.999Z', null, '2024-02-29T01:00:00.500+02:00'],
      inner: {},
      inners: [null, { when: '1900-01-01T00:00:00.001Z', day: '1900-02-28', deeper: { number: 0.1 } }],
    }),
    { ...edge('alone', { text: 'its day loses it' }), createdAt: '2021-07-07T07:07:07.007Z' },
  ]
}
