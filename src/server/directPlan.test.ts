import { execute, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { SHOP_PROJECT } from '../../test/server/shopProject.js'
import { AppError } from '../errors/appError.js'
import type { Json } from '../model/json.js'
import type { Runtime } from '../runtime/runtime.js'
import { createExecutor } from './execute.js'
import { buildGraphqlSchema, resolveProperty } from './graphqlSchema.js'

const TIMES = { createdAt: '2026-01-02T03:04:05.678Z', updatedAt: '2026-01-02T03:04:05.678Z' }
const WHOLE = {
  id: '1',
  name: 'Lamp',
  price: 9.5,
  stock: 3,
  active: true,
  released: '2026-01-02',
  tags: ['a', 'b'],
  maker: 'a@b.example',
  details: '{"a":1}',
  seenAt: 12,
  category: 'BOOK',
  size: { width: 1, height: 2.5 },
  ...TIMES,
}

/** What the runtime gives for every field, good and bad; a function throws. */
const ANSWERS: Readonly<Record<string, Json | (() => never)>> = {
  whole: WHOLE,
  null: null,
  'fields absent': { id: '1', name: 'Lamp', ...TIMES },
  'an own constructor': { ...WHOLE, constructor: 'own' },
  'a required field absent': { id: '1', ...TIMES },
  'a required field null within': { ...WHOLE, size: { width: 1, height: null } },
  'null in a list': { ...WHOLE, tags: ['a', null] },
  'no list': { ...WHOLE, tags: 'a' },
  'numbers for texts': { ...WHOLE, id: 7, name: 8 },
  'texts for numbers': { ...WHOLE, price: '9.5', stock: 'many' },
  'an Int too large': { ...WHOLE, stock: 2 ** 31 },
  'an Int with a fraction': { ...WHOLE, stock: 1.5 },
  'minus zero': { ...WHOLE, stock: -0, price: -0 },
  'no value of the enum': { ...WHOLE, category: 'TOYS' },
  'no text for a scalar': { ...WHOLE, released: 5 },
  'a text for an object': { ...WHOLE, size: 'large' },
  'a list for an object': [WHOLE],
  'a page': { items: [WHOLE, { ...WHOLE, id: '2' }], nextToken: null },
  'a page with a hole': { items: [WHOLE, null], nextToken: 'more' },
  'a number': 3,
  'an expected failure': () => {
    throw new AppError('NotFound', 'Product not found')
  },
  'an unexpected failure': () => {
    throw new Error('secret')
  },
}

const ALL =
  'id name price stock active released tags maker details seenAt category size { width height } constructor createdAt updatedAt'

const DOCUMENTS: Readonly<Record<string, string>> = {
  // Every one of them passes validation: the reference does not validate.
  'every field': `{ readProduct(id: "1") { ${ALL} } }`,
  aliases: '{ lamp: readProduct(id: "1") { key: id id size { w: width } size { height } __typename } }',
  '__proto__ as a name': '{ readProduct(id: "1") { __proto__: id name } }',
  fragments: `query Q { readProduct(id: "1") { ...A ... on Product { stock } ... { name } ...A } } fragment A on Product { id ...B } fragment B on Product { size { ...S } } fragment S on Size { width }`,
  directives: '{ readProduct(id: "1") { id name @skip(if: true) price @include(if: true) } }',
  'a list': `{ listProducts(limit: 2) { items { ${ALL} } nextToken } }`,
  'two root fields': '{ countProducts readProduct(id: "1") { id size { height } } }',
  'the same twice': '{ readProduct(id: "1") { id } readProduct(id: "1") { name } }',
  introspection: '{ __typename readProduct(id: "1") { id } }',
  'the schema': '{ __schema { queryType { name } } }',
  'a mutation': 'mutation { updateProduct(id: "1", input: { stock: 4 }) { id size { height } stock } }',
  'two mutations':
    'mutation { a: updateProduct(id: "1", input: {}) { id } b: deleteProduct(id: "1") { id deleted } }',
  'variables that fit': 'query Q($id: ID! = "1") { readProduct(id: $id) { id } }',
  'variables that are missing': 'query Q($id: ID!) { readProduct(id: $id) { id } }',
}

describe.each(Object.entries(DOCUMENTS))('%s', (_name, query) => {
  it.each(Object.entries(ANSWERS))('%s: as graphql-js has it', async (_answer, answer) => {
    const reference = counted(answer)
    const expected = await execute({
      schema: buildGraphqlSchema(SHOP_PROJECT, reference.runtime),
      document: parse(query),
      fieldResolver: resolveProperty,
    })
    const own = counted(answer)
    const result = await createExecutor(SHOP_PROJECT, own.runtime).execute({ query })
    expect(text(result.data)).toBe(text(expected.data))
    expect(result.errors?.map(({ path, locations }) => ({ path, locations }))).toEqual(
      expected.errors?.map(({ path, locations }) => ({ path, locations })),
    )
    expect(own.calls).toEqual(reference.calls)
  })
})

function text(data: unknown): string | undefined {
  return JSON.stringify(data)
}

function counted(answer: Json | (() => never)) {
  const calls: string[] = []
  const runtime: Runtime = {
    async execute(operation, args) {
      calls.push(`${operation.field} ${JSON.stringify(args)}`)
      return typeof answer === 'function' ? answer() : answer
    },
  }
  return { runtime, calls }
}
