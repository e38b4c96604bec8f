import { describe, expect, it } from 'vitest'
import { type Auth, createGuard, type GuardOptions } from './auth.js'

type Headers = Readonly<Record<string, string>>

function allowed(auth: Auth, headers: Headers, remoteAddress?: string, options?: GuardOptions): boolean {
  const refused = createGuard(
    auth,
    options,
  )({
    method: 'POST',
    target: '/graphql',
    header: (name) => headers[name],
    text: async () => '',
    remoteAddress,
  })
  if (refused) expect(refused.status).toBe(401)
  return refused === undefined
}

const REQUIRED: Auth = { mode: 'required', apiKeys: ['first', 'second'] }
const FREE: Auth = { mode: 'loopbackFree', apiKeys: ['first'], hosts: ['shop.test'] }
const LOCAL: Headers = { host: 'localhost:4000' }

describe('a required key', () => {
  it.each([
    ['first', true],
    ['second', true],
    ['third', false],
    ['', false],
    ['first ', false],
    ['FIRST', false],
    ['first, first', false],
  ])('%j: %s', (key, expected) => {
    expect(allowed(REQUIRED, { 'x-api-key': key })).toBe(expected)
  })

  it.each([1, 255, 256, 257, 1000])('of %i characters is told from longer and shorter ones', (length) => {
    const key = 'k'.repeat(length)
    const auth: Auth = { mode: 'required', apiKeys: ['first', key] }
    expect(allowed(auth, { 'x-api-key': key })).toBe(true)
    expect(allowed(auth, { 'x-api-key': `${key}k` })).toBe(false)
    expect(allowed(auth, { 'x-api-key': `${key.slice(1)}l` })).toBe(false)
    expect(allowed(auth, { 'x-api-key': `${key}\0` })).toBe(false)
    expect(allowed(auth, { 'x-api-key': `k${key}` })).toBe(false)
    if (length > 1) expect(allowed(auth, { 'x-api-key': key.slice(1) })).toBe(false)
    expect(allowed(auth, { 'x-api-key': 'first' })).toBe(true)
  })

  it('is required of loopback too, and never taken from the address', () => {
    expect(allowed(REQUIRED, LOCAL, '127.0.0.1')).toBe(false)
  })

  it('is taken from a bearer token only where that is said', () => {
    expect(allowed(REQUIRED, { authorization: 'Bearer first' })).toBe(false)
    expect(allowed(REQUIRED, { authorization: 'Bearer first' }, undefined, { bearer: true })).toBe(true)
    expect(allowed(REQUIRED, { authorization: 'Basic first' }, undefined, { bearer: true })).toBe(false)
  })

  it('can not be empty, nor no key at all', () => {
    expect(() => createGuard({ mode: 'required', apiKeys: [] })).toThrow(RangeError)
    expect(() => createGuard({ mode: 'required', apiKeys: ['a', ''] })).toThrow(RangeError)
  })
})

describe('free loopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('lets %s in', (address) => {
    expect(allowed(FREE, LOCAL, address)).toBe(true)
  })

  it.each([undefined, '192.168.1.2', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', ''])(
    'keeps %s out',
    (address) => {
      expect(allowed(FREE, LOCAL, address)).toBe(false)
    },
  )

  it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1:4000', '[::1]:4000', 'shop.localhost', 'shop.test:80'])(
    'knows the host %s as its own',
    (host) => {
      expect(allowed(FREE, { host }, '127.0.0.1')).toBe(true)
    },
  )

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:4000',
    'localhost@evil.example',
    '',
  ])('takes the host %j for a rebound name', (host) => {
    expect(allowed(FREE, { host }, '127.0.0.1')).toBe(false)
  })

  it('wants a host', () => {
    expect(allowed(FREE, {}, '127.0.0.1')).toBe(false)
  })

  it.each([
    [{ origin: 'http://localhost:4000' }, true],
    [{ origin: 'http://localhost:5173' }, false],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: 'https://app.example' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'x-forwarded-for': '127.0.0.1' }, true],
    [{ 'x-forwarded-for': '203.0.113.7' }, false],
    [{ 'x-forwarded-for': '127.0.0.1, 203.0.113.7' }, false],
    [{ 'x-real-ip': '203.0.113.7' }, false],
    [{ forwarded: 'for=203.0.113.7' }, false],
  ] as const)('with %j: %s', (headers, expected) => {
    const options = { allowedOrigins: ['https://app.example'] }
    expect(allowed(FREE, { ...LOCAL, ...headers }, '127.0.0.1', options)).toBe(expected)
  })

  it('refuses a wrong key even there, and takes the right one from anywhere', () => {
    expect(allowed(FREE, { ...LOCAL, 'x-api-key': 'wrong' }, '127.0.0.1')).toBe(false)
    expect(allowed(FREE, { host: 'evil.example', 'x-api-key': 'first' }, '203.0.113.7')).toBe(true)
  })
})
