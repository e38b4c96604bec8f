import { type Audit, serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ShopServer, shopServer } from './shopServer.js'

let server: ShopServer

beforeAll(async () => {
  server = await shopServer()
})
afterAll(() => server.close())

describe('the GraphQL over HTTP audits of graphql-http', () => {
  const audits: readonly Audit[] = serverAudits({ url: () => server.endpoint })

  it('are all there', () => {
    expect(audits.length).toBeGreaterThan(60)
  })

  for (const audit of audits) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn()
      expect(result.status === 'ok' ? undefined : result.reason).toBeUndefined()
    })
  }
})
