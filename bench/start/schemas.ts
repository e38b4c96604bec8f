/** What a schema of plays has beyond its first form. */
export interface PlaysSchema {
  /** Fields of `Play`, as in the schema. */
  readonly fields?: readonly string[]
  /** Names of further queries. */
  readonly statements?: readonly string[]
  /** Further types, as in the schema. */
  readonly types?: readonly string[]
}

/** Plays of songs: the entity whose rows stand in the folder. */
export function playsSchema({ fields = [], statements = [], types = [] }: PlaysSchema = {}): string {
  return `
type Play {
  id: ID!
  listener: ID!
  track: ID!
  country: String!
  seconds: Int!
  price: Float
  ${fields.join('\n  ')}
}
${types.join('\n')}
type Count @task_response { country: String plays: Int }
type Query {
  ${['playsByCountry', ...statements].map(statement).join('\n  ')}
}
`
}

function statement(name: string): string {
  return `${name}: [Count!]! @sql_query(query: "SELECT country, count(*) AS plays FROM play GROUP BY country", mode: SYNC)`
}

/** A schema of so many types, each with eight fields; every tenth type has a statement. */
export function largeSchema(types: number): string {
  const numbers = Array.from({ length: types }, (_, index) => index)
  const entity = (n: number) => `
type Thing${n} {
  id: ID!
  name: String!
  price: Float
  count: Int
  tags: [String!]
  seen: AWSDateTime
  note: String
  owner: ID
}`
  const queries = numbers
    .filter((n) => n % 10 === 0)
    .map(
      (n) =>
        `  find${n}(name: String!): [Row!]! @sql_query(query: "SELECT name, price FROM thing${n} WHERE name = $args.name")`,
    )
  return `${numbers.map(entity).join('')}
type Row @task_response { name: String price: Float }
type Query {
${queries.join('\n')}
}
`
}

const COUNTRIES = ['AR', 'AT', 'BR', 'CA', 'DE', 'FR', 'GB', 'IN', 'JP', 'US']

export function playRow(index: number) {
  return {
    id: `play-${index}`,
    listener: `listener-${(index * 7919) % 50_021}`,
    track: `track-${(index * 104_729) % 3503}`,
    country: COUNTRIES[(index * 31) % COUNTRIES.length] as string,
    seconds: (index * 17) % 600,
    price: ((index * 13) % 200) / 100,
    createdAt: new Date(Date.UTC(2024, 0, 1) + index * 25_000).toISOString(),
  }
}
