import type { Json } from '../../src/model/json.js'

/** Every scalar type, lists, values within values, a relation with a column of its own, a relation of a type with itself. */
export const SCHEMA = `
enum Mood { CALM WILD }
type Place { city: String!, floors: [Int!], inner: Inner }
type Inner { note: String, notes: [String!] }
type Person {
  id: ID!
  name: String!
  bio: String
  age: Int
  score: Float
  active: Boolean
  mood: Mood
  seenAt: AWSDateTime
  born: AWSDate
  wakes: AWSTime
  clicks: AWSTimestamp
  email: AWSEmail
  extra: AWSJSON
  site: AWSURL
  phone: AWSPhone
  address: AWSIPAddress
  tags: [String!]
  place: Place
  places: [Place!]
}
type Team { id: ID! title: String! }
type Found @task_response { id: ID, name: String, bio: String }
type Query {
  everybody: [Found!] @sql_query(query: "SELECT id, name, bio FROM person ORDER BY id")
  byName(name: String!): [Found!] @sql_query(query: "SELECT id, name, bio FROM person WHERE name = $args.name")
  teams: [String!] @sql_query(query: "SELECT title FROM team ORDER BY title")
  people: Int! @sql_query(mode: SYNC, query: "SELECT count(*) FROM person")
  members: Int! @sql_query(mode: SYNC, query: "SELECT count(*) FROM member")
}
type Mutation {
  join(personId: ID!, teamId: ID!, note: String): Boolean! @sql_query(query: """
    INSERT INTO $join_table(member) (personId:Person, teamId:Team, note:String)
    VALUES ($args.personId, $args.teamId, $args.note)
  """)
  follow(from: ID!, to: ID!): Boolean! @sql_query(query: """
    INSERT INTO $join_table(follows) (followerId:Person, followingId:Person) VALUES ($args.from, $args.to)
  """)
  clear(personId: ID!): Boolean @sql_query(query: """
    DELETE m FROM $join_table(member) m WHERE m.personId = $args.personId
  """)
}
`

/** What the purged row is recognised by; nothing of it is in another row. */
export const ID = 'Zid-q7Xw2LkV9pR4'

export const CANARY: Readonly<Record<string, Json>> = {
  id: ID,
  name: 'Zname-Hq3vT8yW1mK6',
  bio: Array.from({ length: 2500 }, (_, at) => `Zbio${at}-j5Nc8Gd2`).join(' '),
  age: 1_987_654_321,
  score: 0.123456789123,
  active: true,
  mood: 'WILD',
  seenAt: '2021-03-04T05:06:07.891Z',
  born: '1903-07-19',
  wakes: '03:47:53',
  clicks: 7_654_321_987,
  email: 'zmail-w8rt5yu2@example.com',
  extra: '{"zjson":"k4Lp9Qs7"}',
  site: 'https://zsite-b6Vn3Mx1.example.com/',
  phone: '+4930987654321',
  address: '203.0.113.197',
  tags: ['Ztag-e2Rf7Tg5', 'Ztag-y9Uh4Ij8'],
  place: {
    city: 'Zcity-o3Pl6Ks1',
    floors: [83_746_519],
    inner: { note: 'Znote-d7Fg2Hj9', notes: ['Zn-l5Kj8Hg3'] },
  },
  places: [{ city: 'Zcity-z4Xc7Vb2', floors: [], inner: null }],
}

export const RELATION_NOTE = 'Zrel-c8Vb3Nm6Qw1E'
export const ERROR_NOTE = 'Zerr-t5Yu8Io2'

/** Texts that only the row can have brought into a file. */
export const TRACES: readonly string[] = [
  'Zid-q7Xw',
  'q7Xw2LkV9pR4',
  'Hq3vT8yW1mK6',
  'Zbio',
  'j5Nc8Gd2',
  '1987654321',
  '0.123456789123',
  '2021-03-04',
  '1903-07-19',
  '03:47:53',
  '7654321987',
  'w8rt5yu2',
  'k4Lp9Qs7',
  'b6Vn3Mx1',
  '4930987654321',
  '203.0.113.197',
  'e2Rf7Tg5',
  'y9Uh4Ij8',
  'o3Pl6Ks1',
  '83746519',
  'd7Fg2Hj9',
  'l5Kj8Hg3',
  'z4Xc7Vb2',
  'c8Vb3Nm6',
  't5Yu8Io2',
]

export function neighbour(at: number): Readonly<Record<string, Json>> {
  return {
    id: `neighbour-${at}`,
    name: `Name ${at}`,
    bio: `Nothing much of ${at}. `.repeat(1 + (at % 40)),
    age: at,
    score: at / 4,
    active: at % 2 === 0,
    mood: 'CALM',
    seenAt: '2024-05-06T07:08:09.000Z',
    born: '1990-01-02',
    tags: [`t${at}`],
    place: { city: `City ${at}`, floors: [at] },
  }
}
