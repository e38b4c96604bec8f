import { expect, it } from 'vitest'
import { RESOLVER_CODE } from '../../src/deploy/stack/resolverCode.js'

interface Resolver {
  request(ctx: unknown): unknown
  response(ctx: unknown): unknown
}

/** What `util.error` throws: AppSync ends the resolver there and gives the client message and type. */
class RaisedError extends Error {
  constructor(
    message: string,
    readonly errorType: string,
  ) {
    super(message)
  }
}

const resolver = load()

it('hands the function its arguments, its field and the request', () => {
  const ctx = {
    args: { id: 'u1' },
    info: { fieldName: 'readUser', parentTypeName: 'Query', selectionSetList: ['id'], variables: {} },
    request: { headers: { 'x-amzn-requestid': 'r-1', 'x-api-key': 'secret' } },
  }
  expect(resolver.request(ctx)).toEqual({
    operation: 'Invoke',
    payload: {
      arguments: { id: 'u1' },
      info: { fieldName: 'readUser', parentTypeName: 'Query' },
      requestId: 'r-1',
    },
  })
  expect(resolver.request({ ...ctx, request: { headers: {} } })).toMatchObject({
    payload: { requestId: null },
  })
})

it('gives the data on, falsy ones too', () => {
  for (const data of [{ id: 'u1' }, null, false, 0, ''])
    expect(resolver.response({ result: { data } })).toBe(data)
})

it('raises an expected error with its type', () => {
  const result = { error: { type: 'NotFound', message: 'User not found' } }
  expect(() => resolver.response({ result })).toThrow(new RaisedError('User not found', 'NotFound'))
})

it('says nothing about a failure of the function', () => {
  const hidden = new RaisedError('Something went wrong on our side.', 'Internal')
  const error = { type: 'Lambda:Unhandled', message: 'connect ECONNREFUSED 10.0.0.7' }
  expect(() => resolver.response({ error, result: null })).toThrow(hidden)
  expect(() => resolver.response({ result: null })).toThrow(hidden)
})

/** Runs the code as AppSync does, with its `util`. */
function load(): Resolver {
  const body = RESOLVER_CODE.replace(/^import .*$/m, '').replaceAll('export function', 'function')
  const util = {
    error(message: string, type: string) {
      throw new RaisedError(message, type)
    },
  }
  return new Function('util', `${body}; return { request, response }`)(util) as Resolver
}
