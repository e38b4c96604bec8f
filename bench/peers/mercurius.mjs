// Mercurius with its compiler over maps in memory: `node mercurius.mjs <tracks>`. Prints the port that it answers on.
import Fastify from 'fastify'
import mercurius from 'mercurius'

const count = Number(process.argv[2])
const schema = `
  type Track {
    id: ID!
    name: String!
    albumId: ID!
    composer: String
    milliseconds: Int!
    unitPrice: Float!
    createdAt: String!
    updatedAt: String!
  }
  type Tracks { items: [Track!]! nextToken: String }
  type Query {
    readTrack(id: ID!): Track
    listTracks(limit: Int!, nextToken: String): Tracks!
  }`
const tracks = new Map()
for (let index = 0; index < count; index++) {
  const id = `t${String(index).padStart(7, '0')}`
  tracks.set(id, {
    id,
    name: `For Those About To Rock ${index}`,
    albumId: `a${index % 347}`,
    composer: 'Angus Young, Malcolm Young, Brian Johnson',
    milliseconds: 100_000 + index,
    unitPrice: 0.99,
    createdAt: '2024-01-01T00:00:00.000Z',
    updatedAt: '2024-01-01T00:00:00.000Z',
  })
}
const all = [...tracks.values()]
const resolvers = {
  Query: {
    // Promises, as every store behind an API gives them.
    readTrack: async (_source, { id }) => tracks.get(id),
    listTracks: async (_source, { limit, nextToken }) => {
      const from = Number(nextToken ?? 0)
      const end = from + limit
      return { items: all.slice(from, end), nextToken: end < all.length ? String(end) : null }
    },
  },
}
const app = Fastify()
app.register(mercurius, { schema, resolvers, jit: 1, graphiql: false })
await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`listening ${app.server.address().port}\n`)
process.on('SIGTERM', () => process.exit(0))
