import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { codegen } from '@graphql-codegen/core'
import * as typescriptPlugin from '@graphql-codegen/typescript'
import { Client, cacheExchange, fetchExchange } from '@urql/core'
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SHOP_PROJECT } from './shopProject.js'
import { post, type ShopServer, shopServer } from './shopServer.js'

let server: ShopServer
const headers = { 'x-api-key': 'right' }

beforeAll(async () => {
  server = await shopServer({ auth: { mode: 'required', apiKeys: ['right'] } })
})
afterAll(() => server.close())

describe('Apollo Client', () => {
  const open = () =>
    new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([new HttpLink({ uri: server.endpoint, headers })]),
    })

  it('writes, reads, and reads from its cache by type name and id', async () => {
    const client = open()
    const create = gql`
      mutation Create($input: CreateProductInput!) {
        createProduct(input: $input) { id name }
      }
    `
    const written = await client.mutate<{ createProduct: { id: string } }>({
      mutation: create,
      variables: { input: { name: 'Apollo' } },
    })
    const id = written.data?.createProduct.id
    const read = gql`query Read($id: ID!) { readProduct(id: $id) { id name } }`
    const { data } = await client.query({ query: read, variables: { id } })
    expect(data).toEqual({ readProduct: { __typename: 'Product', id, name: 'Apollo' } })
    expect(client.cache.extract()).toHaveProperty(`Product:${id}`)
  })

  it('gets errors with their code', async () => {
    const failure = await open()
      .query({ query: gql`{ readProduct(id: "none") { id } }` })
      .catch((error: unknown) => error)
    expect(CombinedGraphQLErrors.is(failure)).toBe(true)
    expect((failure as CombinedGraphQLErrors).errors).toMatchObject([
      { message: 'Product not found', extensions: { code: 'NotFound' } },
    ])
  })
})

describe('urql', () => {
  const open = (fetchOptions = { headers }) =>
    new Client({
      url: server.endpoint,
      exchanges: [cacheExchange, fetchExchange],
      fetchOptions,
      preferGetMethod: true,
    })

  it('writes by POST and reads by GET', async () => {
    const client = open()
    const written = await client.mutation('mutation { createProduct(input: { name: "urql" }) { id } }', {})
    const id = written.data.createProduct.id
    const { data } = await client.query('query Read($id: ID!) { readProduct(id: $id) { name } }', { id })
    expect(data).toEqual({ readProduct: { __typename: 'Product', name: 'urql' } })
  })

  it('gets errors with their code', async () => {
    const { error } = await open().query('{ readProduct(id: "none") { id } }', {})
    expect(error?.graphQLErrors[0]?.extensions).toEqual({ code: 'NotFound' })
    const refused = await open({ headers: { 'x-api-key': 'wrong' } }).query('{ countProducts }', {})
    expect(refused.error?.response.status).toBe(401)
  })
})

describe('graphql-codegen', () => {
  // The options of graphql-codegen's own loader of schemas by URL.
  const query = getIntrospectionQuery({
    descriptions: true,
    schemaDescription: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    inputValueDeprecation: true,
    oneOf: true,
  })

  it('introspects exactly the schema that was built', async () => {
    const { json } = await post(server.endpoint, { query }, headers)
    const seen = buildClientSchema(json.data as unknown as IntrospectionQuery)
    const print = (schema: Parameters<typeof printSchema>[0]) => printSchema(lexicographicSortSchema(schema))
    expect(print(seen)).toBe(print(buildSchema(SHOP_PROJECT.sdl)))
  })

  it('makes types of it', async () => {
    const { json } = await post(server.endpoint, { query }, headers)
    const schema = parse(printSchema(buildClientSchema(json.data as unknown as IntrospectionQuery)))
    const code = await codegen({
      filename: 'types.ts',
      schema,
      documents: [],
      config: {},
      plugins: [{ typescript: {} }],
      pluginMap: { typescript: typescriptPlugin },
    })
    expect(code).toContain('export type CreateProductInput = {')
    expect(code).toContain('readProduct?: Maybe<Product>;')
  })
})
