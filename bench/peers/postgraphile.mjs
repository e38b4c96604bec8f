// PostGraphile over a PostgreSQL that is there: `node postgraphile.mjs <folder of the socket> <port of it>`.
// Prints the port that it answers on.
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

// It is written for Node 22, and this is all that it misses on 20.
Promise.withResolvers ??= () => {
  const deferred = {}
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}

const [host, port] = process.argv.slice(2)
const service = makePgService({
  poolConfig: {
    host,
    port: Number(port),
    database: 'bench',
    user: 'bench',
    max: Number(process.env.POOL ?? 10),
    // Connections are kept between the rounds.
    idleTimeoutMillis: 0,
  },
  schemas: ['public'],
})
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafast: { explain: false },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
})
const serv = pgl.createServ(grafserv)
const server = createServer()
server.on('error', (error) => {
  process.stderr.write(`${error.stack}\n`)
})
await serv.addTo(server)
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
process.on('SIGTERM', () => process.exit(0))
