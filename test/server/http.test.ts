import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors/appError.js'
import { ListenError, listen } from '../../src/server/listen.js'
import { createLogger } from '../../src/server/logger.js'
import { NO_STATS } from '../../src/server/stats.js'
import { post, type ShopServer, type ShopServerOptions, shopServer } from './shopServer.js'

const servers: ShopServer[] = []

async function open(options?: ShopServerOptions): Promise<ShopServer> {
  const server = await shopServer(options)
  servers.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Sends bytes as they are, and returns all that comes back. */
function raw(server: ShopServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(server.port, server.host, () => socket.write(text))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

const COUNT = { query: '{ countProducts }' }
const CREATE = { query: 'mutation { createProduct(input: { name: "Lamp" }) { id } }' }

describe('POST /graphql', () => {
  it('answers', async () => {
    const { endpoint } = await open()
    const { status, json, headers } = await post(endpoint, COUNT)
    expect({ status, json }).toEqual({ status: 200, json: { data: { countProducts: 0 } } })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    ['{"query": ', 400, 'Unparsable JSON body.'],
    ['', 400, 'Missing body.'],
    ['[]', 400, 'Missing query.'],
    ['"text"', 400, 'JSON body must be an object.'],
    ['{"query": 1}', 400, 'Invalid query.'],
    ['{"query": "{ countProducts }", "variables": []}', 400, 'Invalid variables.'],
  ])('tells what is wrong with the body %j', async (body, expected, message) => {
    const { endpoint } = await open()
    const { status, json } = await post(endpoint, body)
    expect(status).toBe(expected)
    expect(json.errors).toEqual([{ message, errorType: 'BadInput', extensions: { code: 'BadInput' } }])
  })

  it.each([
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 415],
    [{ accept: 'image/png' }, 406],
  ] as const)('refuses %j', async (headers, expected) => {
    const { endpoint, runtime } = await open()
    const { status, json } = await post(endpoint, CREATE, headers)
    expect(status).toBe(expected)
    expect(json.errors?.[0]?.errorType).toBe('BadInput')
    expect(runtime.trace).toEqual([])
  })

  it('refuses a body over the limit, whether or not it says its length', async () => {
    const { endpoint } = await open({ limits: { maxBodyBytes: 1000 } })
    const body = JSON.stringify({ query: `{ countProducts } #${'x'.repeat(1000)}` })
    const plain = await post(endpoint, body)
    expect(plain.status).toBe(413)
    expect(plain.json.errors?.[0]?.message).toBe('The body is larger than 1,000 bytes.')
    const chunked = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(chunked.status).toBe(413)
  })

  it('takes a body of just the limit, in UTF-8', async () => {
    const { endpoint } = await open({ limits: { maxBodyBytes: 1000 } })
    const start = '{"query":"{ countProducts } #'
    const fill = 'é'.repeat(Math.floor((1000 - start.length - 2) / 2))
    const body = `${start}${fill}${(1000 - start.length - 2) % 2 === 1 ? 'x' : ''}"}`
    expect(Buffer.byteLength(body)).toBe(1000)
    expect((await post(endpoint, body)).status).toBe(200)
  })

  it('gives an expected error with 200 and data, in both media types', async () => {
    const { endpoint } = await open()
    const query = '{ readProduct(id: "9") { id } countProducts }'
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { status, json, headers } = await post(endpoint, { query }, { accept })
      expect(status).toBe(200)
      expect(headers.get('content-type')).toContain(accept)
      expect(json.data).toEqual({ readProduct: null, countProducts: 0 })
      expect(json.errors).toEqual([
        {
          message: 'Product not found',
          errorType: 'NotFound',
          path: ['readProduct'],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'NotFound' },
        },
      ])
    }
  })

  it('says more than the client may know only in the log, under one id', async () => {
    const lines: string[] = []
    const logger = createLogger({ destination: { write: (line) => lines.push(line) } })
    const { endpoint, runtime } = await open({ logger, execution: { logger } })
    runtime.before = () => {
      throw new Error('/secret/path')
    }
    const { json, headers } = await post(endpoint, { ...COUNT, variables: { secret: 'value-of-argument' } })
    const requestId = json.errors?.[0]?.extensions?.requestId
    expect(requestId).toBe(headers.get('x-request-id'))
    expect(JSON.stringify(json)).not.toContain('secret')
    const log = lines.map((line) => JSON.parse(line))
    expect(log).toMatchObject([
      { level: 'error', requestId, path: 'countProducts' },
      { level: 'info', msg: 'request', requestId, route: 'graphql', status: 200, errorTypes: ['Internal'] },
    ])
    expect(lines[0]).toContain('/secret/path')
    expect(lines.join('')).not.toContain('value-of-argument')
  })

  it('keeps a request id that is sane, and replaces one that is not', async () => {
    const { endpoint } = await open()
    const id = async (given: string) =>
      (await post(endpoint, COUNT, { 'x-request-id': given })).headers.get('x-request-id')
    expect(await id('trace-1:2.3')).toBe('trace-1:2.3')
    for (const bad of ['a b', '{"a":1}', 'x'.repeat(129)]) expect(await id(bad)).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('turns away what is too much at one time, for a moment', async () => {
    const { endpoint, runtime } = await open({ limits: { maxConcurrentRequests: 2 } })
    let free = () => {}
    const gate = new Promise<void>((resolve) => {
      free = resolve
    })
    runtime.before = () => gate
    const running = [post(endpoint, COUNT), post(endpoint, COUNT)]
    while (runtime.trace.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const refused = await post(endpoint, COUNT)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.json.errors?.[0]?.errorType).toBe('Throttled')
    free()
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
    expect((await post(endpoint, COUNT)).status).toBe(200)
  })

  it('gives runtime failures their own code', async () => {
    const { endpoint, runtime } = await open()
    runtime.before = () => {
      throw new AppError('Timeout', 'The statement ran longer than 25 seconds: use its task form.')
    }
    expect((await post(endpoint, COUNT)).json.errors?.[0]).toMatchObject({ errorType: 'Timeout' })
  })
})

describe('GET /graphql', () => {
  it('answers queries, and refuses mutations', async () => {
    const { endpoint, runtime } = await open()
    const query = await fetch(
      `${endpoint}?query=${encodeURIComponent('query($n: Int) { listProducts(limit: $n) { nextToken } }')}&variables=%7B%22n%22%3A5%7D`,
    )
    expect(await query.json()).toEqual({ data: { listProducts: { nextToken: null } } })
    const trace = [...runtime.trace]
    const mutation = await fetch(`${endpoint}?query=${encodeURIComponent(CREATE.query)}`)
    expect(mutation.status).toBe(405)
    expect(mutation.headers.get('allow')).toBe('POST')
    expect(await mutation.json()).toMatchObject({ errors: [{ errorType: 'BadInput' }] })
    expect(runtime.trace).toEqual(trace)
  })

  it('refuses a mutation that hides beside a query', async () => {
    const { endpoint, runtime } = await open()
    const text = `query A { countProducts } ${CREATE.query.replace('mutation', 'mutation B')}`
    const response = await fetch(`${endpoint}?operationName=B&query=${encodeURIComponent(text)}`)
    expect(response.status).toBe(405)
    expect(runtime.trace).toEqual([])
  })

  it.each(['PUT', 'DELETE', 'PATCH'])('is not %s', async (method) => {
    const { endpoint } = await open()
    const response = await fetch(endpoint, { method })
    expect(response.status).toBe(405)
    expect(await response.json()).toMatchObject({ errors: [{ errorType: 'BadInput' }] })
  })
})

describe('keys', () => {
  it('are asked for everywhere but at /health and the empty page', async () => {
    const { url, endpoint, runtime } = await open({ auth: { mode: 'required', apiKeys: ['right'] } })
    const refused = await post(endpoint, CREATE)
    expect(refused.status).toBe(401)
    expect(refused.json).toEqual({
      errors: [
        {
          message: 'An API key is needed, in the header x-api-key.',
          errorType: 'Unauthorized',
          extensions: { code: 'Unauthorized' },
        },
      ],
    })
    expect((await post(endpoint, CREATE, { 'x-api-key': 'wrong' })).status).toBe(401)
    expect((await fetch(`${url}/metrics`)).status).toBe(401)
    expect(runtime.trace).toEqual([])
    expect((await post(endpoint, CREATE, { 'x-api-key': 'right' })).status).toBe(200)
    expect((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer right' } })).status).toBe(200)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('are not asked of programs of this machine where that is said, but of web pages', async () => {
    const { endpoint } = await open({ auth: { mode: 'loopbackFree', apiKeys: ['right'] } })
    expect((await post(endpoint, COUNT)).status).toBe(200)
    expect((await post(endpoint, COUNT, { origin: 'https://evil.example' })).status).toBe(401)
  })

  it('are asked for under a name that is not of this machine', async () => {
    const server = await open({ auth: { mode: 'loopbackFree', apiKeys: ['right'] } })
    const request = (host: string) =>
      raw(server, `GET /graphql?query={__typename} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(await request(`localhost:${server.port}`)).toMatch(/^HTTP\/1.1 200/)
    expect(await request('evil.example')).toMatch(/^HTTP\/1.1 401/)
  })
})

describe('other sites', () => {
  const preflight = (endpoint: string, origin: string) =>
    fetch(endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    })

  it('may not call by default', async () => {
    const { endpoint } = await open()
    const response = await preflight(endpoint, 'https://app.example')
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(
      (await post(endpoint, COUNT, { origin: 'https://app.example' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
  })

  it('may call when they are on the list', async () => {
    const { endpoint } = await open({ allowedOrigins: ['https://app.example'] })
    const response = await preflight(endpoint, 'https://app.example')
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(response.headers.get('access-control-allow-headers')).toContain('x-api-key')
    const answer = await post(endpoint, COUNT, { origin: 'https://app.example' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(answer.headers.get('vary')).toBe('Origin')
    expect(
      (await preflight(endpoint, 'https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull()
  })
})

describe('/health and /metrics', () => {
  it('tell how it is', async () => {
    let well = true
    const reasons = ['SQL is starting.']
    const stats = {
      ...NO_STATS,
      health: async () => (well ? ({ ok: true } as const) : ({ ok: false, reasons } as const)),
    }
    const { url } = await open({ stats })
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
    well = false
    const response = await fetch(`${url}/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unavailable', reasons })
    expect((await fetch(`${url}/health`, { method: 'HEAD' })).status).toBe(503)
  })

  it('count the requests', async () => {
    const { url, endpoint } = await open()
    await post(endpoint, COUNT)
    await fetch(`${url}/some/where/else`)
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toContain('ocg_http_requests_total{route="graphql",status="200"} 1')
    expect(text).toContain('ocg_http_requests_total{route="other",status="404"} 1')
  })
})

describe('paths', () => {
  it('that lead nowhere say where the API is', async () => {
    const { url } = await open({ basePath: '' })
    for (const path of [
      '/nothing',
      '/x/graphql',
      '/graphiql/../../package.json',
      '/graphiql/%2e%2e%2fpackage.json',
      '/graphiql/',
    ]) {
      const response = await fetch(url + path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ errors: [{ errorType: 'NotFound' }] })
    }
    expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405)
  })

  it('take requests at the root as well, where the page is', async () => {
    const { url } = await open({ basePath: '' })
    expect((await post(`${url}/`, COUNT)).status).toBe(200)
    expect((await post(url, COUNT)).status).toBe(200)
  })

  it('may stand under another one', async () => {
    const { url } = await open({ basePath: '/api/' })
    expect((await post(`${url}/api/graphql`, COUNT)).status).toBe(200)
    expect((await fetch(`${url}/graphql`)).status).toBe(404)
    expect((await fetch(`${url}/apigraphql`)).status).toBe(404)
  })
})

describe('the listener', () => {
  it('says that a port is taken, and what to do', async () => {
    const { port } = await open()
    const failure = await listen({
      handler: async () => ({ status: 200, headers: {}, body: '' }),
      port,
    }).catch((error) => error)
    expect(failure).toBeInstanceOf(ListenError)
    expect(failure.message).toBe(`Port ${port} of 127.0.0.1 is in use.`)
    expect(failure.hint).toContain('--port 0')
  })

  it('says that an address is not its own', async () => {
    const handler = async () => ({ status: 200, headers: {}, body: '' })
    await expect(listen({ handler, host: '203.0.113.7', port: 0 })).rejects.toThrow(
      '203.0.113.7 is no address of this machine.',
    )
  })

  it('lets running requests end before it closes, and takes no new ones', async () => {
    const server = await open()
    let free = () => {}
    server.runtime.before = () =>
      new Promise<void>((resolve) => {
        free = resolve
      })
    const running = post(server.endpoint, COUNT)
    while (server.runtime.trace.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    const start = performance.now()
    const closing = server.close()
    await expect(fetch(server.endpoint)).rejects.toThrow()
    free()
    const { status, headers } = await running
    expect([status, headers.get('connection')]).toEqual([200, 'close'])
    await closing
    // Not by its deadline of ten seconds, nor when the kept-alive connection ends.
    expect(performance.now() - start).toBeLessThan(9_000)
    await server.close()
  })

  it('cuts off what runs past the deadline', async () => {
    const server = await open({ listening: { closeTimeoutMs: 50 } })
    server.runtime.before = () => new Promise(() => {})
    const running = post(server.endpoint, COUNT).catch(() => 'cut off')
    while (server.runtime.trace.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    await server.close()
    expect(await running).toBe('cut off')
  })

  it('survives clients that go away, in the middle of a body and of an answer', async () => {
    const lines: string[] = []
    const logger = createLogger({ destination: { write: (line) => lines.push(line) } })
    const server = await open({ logger })
    const half =
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"'
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, server.host, () =>
        socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), 20)),
      )
      socket.on('close', () => resolve())
    })
    server.runtime.before = () => new Promise((resolve) => setTimeout(resolve, 50))
    const gone = new AbortController()
    const request = fetch(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(COUNT),
      signal: gone.signal,
    }).catch(() => 'gone')
    setTimeout(() => gone.abort(), 20)
    expect(await request).toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect((await post(server.endpoint, COUNT)).status).toBe(200)
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  it('does not wait for ever for a request', async () => {
    const server = await open({ listening: { requestTimeoutMs: 200 } })
    const answer = await raw(
      server,
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"',
    )
    expect(answer).toMatch(/^HTTP\/1.1 408/)
  })

  it('refuses headers without end', async () => {
    const server = await open()
    const answer = await raw(server, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 431/)
  })
})
