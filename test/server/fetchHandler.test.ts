import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createExecutor } from '../../src/server/execute.js'
import { createFetchHandler } from '../../src/server/fetchHandler.js'
import type { HandlerOptions } from '../../src/server/requestHandler.js'
import { SHOP_PROJECT, shopRuntime } from './shopProject.js'

function handler(options: Partial<HandlerOptions> = {}) {
  const executor = createExecutor(SHOP_PROJECT, shopRuntime())
  return createFetchHandler({ executor: () => executor, auth: { mode: 'none' }, ...options })
}

const request = (
  url: string,
  body: string | ReadableStream = JSON.stringify({ query: '{ countProducts }' }),
  headers = {},
) =>
  new Request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit)

describe('the fetch handler', () => {
  it('answers without a server', async () => {
    const response = await handler()(request('http://any.example/graphql'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual({ data: { countProducts: 0 } })
  })

  it('mounts in Hono, anywhere', async () => {
    const fetchHandler = handler()
    const app = new Hono()
    app.all('/api/*', (c) => fetchHandler(c.req.raw))
    app.mount('/mounted', fetchHandler)
    for (const path of ['/api/graphql', '/api/v1/graphql', '/mounted/graphql']) {
      const response = await app.fetch(request(`http://any.example${path}`))
      expect(await response.json()).toEqual({ data: { countProducts: 0 } })
    }
    expect((await app.request('/api/health')).status).toBe(200)
    expect((await app.request('/api/unknown')).status).toBe(404)
  })

  it('lets nobody in as loopback: it sees no socket', async () => {
    const fetchHandler = handler({ auth: { mode: 'loopbackFree', apiKeys: ['right'] } })
    const headers = { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }
    expect((await fetchHandler(request('http://localhost/graphql', undefined, headers))).status).toBe(401)
    const withKey = { ...headers, 'x-api-key': 'right' }
    expect((await fetchHandler(request('http://localhost/graphql', undefined, withKey))).status).toBe(200)
  })

  it('reads UTF-8 across chunks, and no more than it may', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ query: '{ countProducts } # 🏊🏃' }))
    const stream = (parts: Uint8Array[]) =>
      new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(part)
          controller.close()
        },
      })
    const each = Array.from(bytes, (byte) => Uint8Array.of(byte))
    expect((await handler()(request('http://a/graphql', stream(each)))).status).toBe(200)
    const small = handler({ limits: { maxBodyBytes: 10 } })
    expect((await small(request('http://a/graphql', stream(each)))).status).toBe(413)
    expect((await small(request('http://a/graphql'))).status).toBe(413)
  })

  it('says so when the body breaks', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new Error('/secret')),
    })
    const response = await handler()(request('http://a/graphql', broken))
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('secret')
  })

  it('is bound to nothing of Node: no global is replaced by listening', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await import('../../src/server/listen.js')
    expect([globalThis.Request, globalThis.Response]).toEqual(before)
  })
})
