import { AppError } from '../../src/errors/appError.js'
import type { Json, JsonObject } from '../../src/model/json.js'
import type { Field, Operation, Project, ScalarName, TypeRef } from '../../src/model/types.js'
import type { Runtime } from '../../src/runtime/runtime.js'

const SDL = /* GraphQL */ `
  scalar AWSDateTime
  scalar AWSDate
  scalar AWSJSON
  scalar AWSEmail
  scalar AWSTimestamp

  enum Category { BOOK MUSIC }

  "How large it is, in centimetres."
  type Size { width: Float! height: Float! }
  input SizeInput { width: Float! height: Float! }

  type Product {
    id: ID!
    name: String!
    price: Float
    stock: Int
    active: Boolean
    released: AWSDate
    tags: [String!]
    maker: AWSEmail
    details: AWSJSON
    seenAt: AWSTimestamp
    category: Category
    size: Size
    constructor: String
    createdAt: AWSDateTime!
    updatedAt: AWSDateTime!
  }

  input CreateProductInput {
    id: ID
    name: String!
    price: Float
    stock: Int
    active: Boolean
    released: AWSDate
    tags: [String!]
    maker: AWSEmail
    details: AWSJSON
    seenAt: AWSTimestamp
    category: Category
    size: SizeInput
    constructor: String
  }

  input UpdateProductInput { name: String price: Float stock: Int }

  type ProductConnection { items: [Product!]! nextToken: String }
  type DeleteResult { id: ID! deleted: Boolean! }
  type TaskTriggerResult { taskId: ID! }
  enum TaskStatus { RUNNING SUCCEEDED FAILED }
  type TaskResultGetTrending {
    taskStatus: TaskStatus!
    result: [Trend!]
    nextToken: String
    error: String
    startDate: AWSDateTime!
    finishDate: AWSDateTime
  }
  type Trend { name: String! sold: Int! }

  type Query {
    readProduct(id: ID!): Product
    listProducts(limit: Int = 100, nextToken: String): ProductConnection!
    countProducts: Int
    taskResultGetTrending(taskId: ID!, limit: Int = 1000, nextToken: String): TaskResultGetTrending!
  }

  type Mutation {
    createProduct(input: CreateProductInput!): Product!
    updateProduct(id: ID!, input: UpdateProductInput!): Product!
    deleteProduct(id: ID!): DeleteResult!
    triggerTaskGetTrending(days: Int = 7): TaskTriggerResult!
  }
`

const OPERATIONS: readonly Operation[] = [
  { kind: 'read', parent: 'Query', field: 'readProduct', entity: 'product' },
  { kind: 'list', parent: 'Query', field: 'listProducts', entity: 'product' },
  { kind: 'syncQuery', parent: 'Query', field: 'countProducts', statement: 'countProducts' },
  { kind: 'taskResult', parent: 'Query', field: 'taskResultGetTrending', statement: 'getTrending' },
  { kind: 'create', parent: 'Mutation', field: 'createProduct', entity: 'product' },
  { kind: 'update', parent: 'Mutation', field: 'updateProduct', entity: 'product' },
  { kind: 'delete', parent: 'Mutation', field: 'deleteProduct', entity: 'product' },
  { kind: 'triggerTask', parent: 'Mutation', field: 'triggerTaskGetTrending', statement: 'getTrending' },
]

function scalar(name: ScalarName): TypeRef {
  return { kind: 'scalar', name, nonNull: false }
}

function statement(name: string, mode: 'SYNC' | 'TASK'): Project['statements'][number] {
  return { kind: 'select', name, mode, args: [], returns: scalar('Int'), sql: [], columns: [], tables: [] }
}

function fields(types: Readonly<Record<string, TypeRef>>): Field[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }))
}

/** A model with what the server reads of one: its SDL, its operations and what their arguments are. */
export const SHOP_PROJECT: Project = {
  format: 1,
  name: 'shop',
  hash: '0'.repeat(32),
  enums: [],
  valueTypes: [{ name: 'Size', fields: fields({ width: scalar('Float'), height: scalar('Float') }) }],
  responseTypes: [],
  entities: [
    {
      name: 'Product',
      table: 'product',
      plural: 'Products',
      fields: fields({
        id: scalar('ID'),
        name: scalar('String'),
        price: scalar('Float'),
        tags: { kind: 'list', item: scalar('String'), nonNull: false },
        details: scalar('AWSJSON'),
        size: { kind: 'value', name: 'Size', nonNull: false },
        constructor: scalar('String'),
      }),
    },
  ],
  joinTables: [],
  statements: [statement('countProducts', 'SYNC'), statement('getTrending', 'TASK')],
  operations: OPERATIONS,
  sdl: SDL,
}

export interface ShopRuntime extends Runtime {
  /** Operations in the order in which they began and ended: `+createProduct`, `-createProduct`. */
  readonly trace: string[]
  /** Runs before each operation; throws to make it fail. */
  before: (operation: Operation, args: JsonObject) => Promise<void> | void
}

const NOW = '2026-01-02T03:04:05.678Z'

/** A backend of one entity in a `Map`: all that HTTP needs to have something real behind it. */
export function shopRuntime(): ShopRuntime {
  const products = new Map<string, JsonObject>()
  const trace: string[] = []
  const runtime: ShopRuntime = {
    trace,
    before: () => {},
    async execute(operation, args) {
      trace.push(`+${operation.field}`)
      try {
        await runtime.before(operation, args)
        return run(operation, args)
      } finally {
        trace.push(`-${operation.field}`)
      }
    },
  }
  return runtime

  function run(operation: Operation, args: JsonObject): Json {
    const id = String(args.id)
    const input = args.input as JsonObject
    switch (operation.kind) {
      case 'read':
        return find(id)
      case 'list': {
        const items = [...products.values()].slice(0, Number(args.limit))
        return { items, nextToken: products.size > items.length ? 'more' : null }
      }
      case 'create': {
        const product = {
          ...input,
          id: String(input.id ?? products.size + 1),
          createdAt: NOW,
          updatedAt: NOW,
        }
        if (products.has(product.id)) throw new AppError('Conflict', `Product ${product.id} exists already.`)
        products.set(product.id, product)
        return product
      }
      case 'update': {
        const product = { ...find(id), ...input, updatedAt: NOW }
        products.set(id, product)
        return product
      }
      case 'delete':
        return { id, deleted: products.delete(id) }
      case 'syncQuery':
        return products.size
      case 'triggerTask':
        return { taskId: `days-${String(args.days)}` }
      default:
        return { taskStatus: 'SUCCEEDED', result: [{ name: 'A', sold: 2 }], startDate: NOW, finishDate: NOW }
    }
  }

  function find(id: string): JsonObject {
    const product = products.get(id)
    if (!product) throw new AppError('NotFound', 'Product not found')
    return product
  }
}
