/**
 * Requests a second for one object of eight fields over HTTP, against two peers in the same process, interleaved:
 * `bare`, node:http with graphql-js and a cached parse and nothing else (the limit of what this server can reach), and
 * the same API behind `fetch` in Hono with @hono/node-server. Prints ratios to `bare`; figures depend on the machine.
 *
 * Usage: npm run bench:server [-- seconds]
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import autocannon from 'autocannon'
import { buildSchema, type DocumentNode, execute, parse, validate } from 'graphql'
import { Hono } from 'hono'
import { createExecutor } from '../src/server/execute.js'
import { createFetchHandler } from '../src/server/fetchHandler.js'
import { listen } from '../src/server/listen.js'
import { createLogger } from '../src/server/logger.js'
import { createMetrics } from '../src/server/metrics.js'
import { createRequestHandler } from '../src/server/requestHandler.js'
import { SHOP_PROJECT, shopRuntime } from '../test/server/shopProject.js'

const SECONDS = Number(process.argv[2] ?? 3)
const ROUNDS = 3

const runtime = shopRuntime()
runtime.trace.push = () => 0
const metrics = createMetrics()
const executor = createExecutor(SHOP_PROJECT, runtime, { observe: metrics.operation })
const options = { executor: () => executor, auth: { mode: 'required', apiKeys: ['key'] }, metrics } as const
await executor.execute({
  query:
    'mutation { createProduct(input: { name: "Lamp", price: 9.5, stock: 3, active: true, category: BOOK }) { id } }',
})

const own = await listen({ handler: createRequestHandler(options), port: 0 })
const logger = createLogger({ destination: { write: () => true } })
const logged = await listen({ handler: createRequestHandler({ ...options, logger }), port: 0 })
const bare = await open(bareServer())
const hono = await open(honoServer())

const servers = { bare: port(bare), own: own.port, 'own with log': logged.port, hono: port(hono) }
const rates = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, at] of Object.entries(servers)) {
    const rate = await measure(at)
    rates.set(name, [...(rates.get(name) ?? []), rate])
  }
}
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number
const limit = median(rates.get('bare') as number[])
for (const [name, values] of rates) {
  process.stdout.write(
    `${name.padEnd(13)} ${median(values).toFixed(0).padStart(7)} requests/s  ${(median(values) / limit).toFixed(2)} of bare\n`,
  )
}
process.exit(0)

async function measure(at: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${at}/graphql`,
    method: 'POST',
    connections: 32,
    duration: SECONDS,
    headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
    body: JSON.stringify({
      query:
        'query Read($id: ID!) { readProduct(id: $id) { id name price stock active category createdAt updatedAt } }',
      variables: { id: '1' },
    }),
    // In a thread of its own, or the load takes its time from the servers.
    workers: 1,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} requests failed.`)
  return result.requests.average
}

function bareServer(): Server {
  const schema = buildSchema(SHOP_PROJECT.sdl)
  const read = SHOP_PROJECT.operations.find((operation) => operation.kind === 'read')
  const field = schema.getQueryType()?.getFields().readProduct
  if (!read || !field) throw new Error('The fixture has changed.')
  field.resolve = (_source, args) => runtime.execute(read, args)
  const documents = new Map<string, DocumentNode>()
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
      let document = documents.get(query)
      if (!document) {
        document = parse(query)
        if (validate(schema, document).length > 0) throw new Error('The query is not valid.')
        documents.set(query, document)
      }
      const body = JSON.stringify(await execute({ schema, document, variableValues: variables }))
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      })
      response.end(body)
    })
  })
}

function honoServer(): Server {
  const fetchHandler = createFetchHandler(options)
  const app = new Hono()
  app.all('/graphql', (c) => fetchHandler(c.req.raw))
  return createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
}

function open(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function port(server: Server): number {
  return (server.address() as AddressInfo).port
}
