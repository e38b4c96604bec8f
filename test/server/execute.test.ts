import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors/appError.js'
import { createExecutor } from '../../src/server/execute.js'
import type { ServerLimits } from '../../src/server/limits.js'
import { SHOP_PROJECT, shopRuntime } from './shopProject.js'

function shop(limits: Partial<ServerLimits> = {}) {
  const runtime = shopRuntime()
  const logged: { message: string; fields: Readonly<Record<string, unknown>> | undefined }[] = []
  const observed: string[] = []
  const note = (message: string, fields?: Readonly<Record<string, unknown>>) =>
    void logged.push({ message, fields })
  const executor = createExecutor(SHOP_PROJECT, runtime, {
    limits,
    logger: { debug: note, info: note, warn: note, error: note },
    observe: (kind, outcome) => observed.push(`${kind} ${outcome}`),
  })
  /** The result as a client would read it. */
  const run = async (query: string, variables?: Record<string, unknown>, operationName?: string) =>
    JSON.parse(JSON.stringify(await executor.execute({ query, variables, operationName, requestId: 'r-1' })))
  return { runtime, logged, observed, executor, run }
}

const CREATE = 'mutation C($input: CreateProductInput!) { createProduct(input: $input) { id name } }'

describe('an operation', () => {
  it('gets its arguments with their defaults, and its JSON becomes the answer', async () => {
    const { run } = shop()
    const product = {
      name: 'Lamp',
      price: 9.5,
      stock: 3,
      active: true,
      released: '2024-02-29',
      tags: ['a', 'b'],
      maker: 'a@example.com',
      details: '{"a":[1,null]}',
      seenAt: 5_000_000_000,
      category: 'BOOK',
      size: { width: 1, height: 2.5 },
    }
    const fields = `id ${Object.keys(product).join(' ').replace('size', 'size { width height }')} createdAt`
    const created = await run(
      `mutation C($input: CreateProductInput!) { createProduct(input: $input) { ${fields} } }`,
      {
        input: product,
      },
    )
    expect(created).toEqual({
      data: { createProduct: { id: '1', ...product, createdAt: '2026-01-02T03:04:05.678Z' } },
    })
    expect(await run('mutation { triggerTaskGetTrending { taskId } }')).toEqual({
      data: { triggerTaskGetTrending: { taskId: 'days-7' } },
    })
  })

  it('reads only own properties, whatever a field is called', async () => {
    const { run } = shop()
    await run(CREATE, { input: { name: 'Lamp' } })
    expect(await run('{ readProduct(id: "1") { constructor } }')).toEqual({
      data: { readProduct: { constructor: null } },
    })
  })

  it('runs beside the others of a query, and after those of a mutation', async () => {
    const { runtime, run } = shop()
    runtime.before = async (operation) => {
      await new Promise((resolve) => setTimeout(resolve, operation.field === 'listProducts' ? 20 : 5))
    }
    await run('{ listProducts { nextToken } countProducts }')
    expect(runtime.trace).toEqual(['+listProducts', '+countProducts', '-countProducts', '-listProducts'])
    runtime.trace.length = 0
    await run('mutation { a: deleteProduct(id: "1") { id } b: triggerTaskGetTrending { taskId } }')
    expect(runtime.trace).toEqual([
      '+deleteProduct',
      '-deleteProduct',
      '+triggerTaskGetTrending',
      '-triggerTaskGetTrending',
    ])
  })

  it('is observed with its kind and outcome', async () => {
    const { runtime, run, observed } = shop()
    await run('{ countProducts readProduct(id: "9") { id } }')
    runtime.before = () => {
      throw new TypeError('boom')
    }
    await run('{ countProducts }')
    expect(observed.sort()).toEqual(['read NotFound', 'syncQuery Internal', 'syncQuery ok'])
  })
})

describe('an error', () => {
  it('that is expected keeps its code and message, at the top and in extensions', async () => {
    const { run, logged } = shop()
    expect(await run('{ readProduct(id: "9") { id } }')).toEqual({
      data: { readProduct: null },
      errors: [
        {
          message: 'Product not found',
          errorType: 'NotFound',
          locations: [{ line: 1, column: 3 }],
          path: ['readProduct'],
          extensions: { code: 'NotFound' },
        },
      ],
    })
    expect(logged).toEqual([])
  })

  it('that is ours tells clients nothing but a request id, and the log everything', async () => {
    const { runtime, run, logged } = shop()
    const secret = new Error('connect ECONNREFUSED /var/lib/secret.sock')
    runtime.before = () => {
      throw secret
    }
    const answer = await run('{ countProducts }')
    expect(answer).toEqual({
      data: { countProducts: null },
      errors: [
        {
          message: 'Something went wrong on our side.',
          errorType: 'Internal',
          locations: [{ line: 1, column: 3 }],
          path: ['countProducts'],
          extensions: { code: 'Internal', requestId: 'r-1' },
        },
      ],
    })
    expect(logged).toEqual([
      {
        message: 'An operation failed inside',
        fields: { requestId: 'r-1', path: 'countProducts', error: secret },
      },
    ])
  })

  it.each([
    ['a thrown text', () => Promise.reject('leak')],
    ['a thrown object', () => Promise.reject({ message: 'leak' })],
    [
      'a GraphQLError look-alike',
      () => Promise.reject(Object.assign(new Error('leak'), { errorType: 'BadInput' })),
    ],
  ])('of no kind of ours (%s) is internal', async (_name, before) => {
    const { runtime, run } = shop()
    runtime.before = before
    const answer = await run('{ countProducts }')
    expect(JSON.stringify(answer)).not.toContain('leak')
    expect(answer.errors[0].errorType).toBe('Internal')
  })

  it('of a result that does not fit its type is internal too', async () => {
    const { runtime, run, logged } = shop()
    await run(CREATE, { input: { name: 'Lamp', category: 'BOOK' } })
    const execute = runtime.execute
    runtime.execute = async (operation, args) => {
      const product = (await execute(operation, args)) as object
      return { ...product, category: 'leak', seenAt: 'leak', name: null } as never
    }
    for (const field of ['category', 'seenAt', 'name']) {
      const answer = await run(`{ readProduct(id: "1") { ${field} } }`)
      expect(answer.errors).toMatchObject([
        { errorType: 'Internal', message: 'Something went wrong on our side.' },
      ])
      expect(JSON.stringify(answer)).not.toContain('leak')
    }
    expect(logged).toHaveLength(3)
  })

  it('Internal of the runtime itself is logged, and carries the request id', async () => {
    const { runtime, run, logged } = shop()
    runtime.before = () => {
      throw new AppError('Internal', 'The item is of a newer format.')
    }
    expect((await run('{ countProducts }')).errors).toMatchObject([
      { errorType: 'Internal', extensions: { requestId: 'r-1' } },
    ])
    expect(logged).toHaveLength(1)
  })
})

describe('a request that is wrong', () => {
  it.each([
    ['{', undefined, 'Syntax Error: Expected Name, found <EOF>.'],
    ['', undefined, 'Syntax Error: Unexpected <EOF>.'],
    ['{ nothing }', undefined, 'Cannot query field "nothing" on type "Query".'],
    [
      'query Q { countProducts } query R { countProducts }',
      undefined,
      'Must provide operation name if query contains multiple operations.',
    ],
    [
      'subscription { countProducts }',
      undefined,
      'Schema is not configured to execute subscription operation.',
    ],
    [
      CREATE,
      { input: {} },
      'Variable "$input" got invalid value {}; Field "name" of required type "String!" was not provided.',
    ],
    [CREATE, {}, 'Variable "$input" of required type "CreateProductInput!" was not provided.'],
    [
      CREATE,
      { input: { name: 'a', released: '2024-02-30' } },
      'Variable "$input" got invalid value "2024-02-30" at "input.released"; AWSDate "2024-02-30" is no day of the calendar.',
    ],
    [
      'mutation { createProduct(input: { name: "a", maker: "nobody" }) { id } }',
      undefined,
      expect.stringContaining('AWSEmail "nobody"'),
    ],
    [
      'mutation { createProduct(input: { name: "a", seenAt: 1.5 }) { id } }',
      undefined,
      expect.stringContaining('AWSTimestamp'),
    ],
    [
      'mutation { createProduct(input: { name: "a", category: SHOE }) { id } }',
      undefined,
      expect.stringContaining('"SHOE"'),
    ],
  ])('is BadInput: %s', async (query, variables, message) => {
    const { run, runtime, logged } = shop()
    const answer = await run(query, variables)
    expect(answer.data ?? undefined).toBeUndefined()
    expect(answer.errors[0]).toMatchObject({
      message,
      errorType: 'BadInput',
      extensions: { code: 'BadInput' },
    })
    expect(runtime.trace).toEqual([])
    expect(logged).toEqual([])
  })

  it.each([
    [{ price: 1e200 }, /^The value of input\.price does not fit: Float must be .*found 1e\+200\.$/],
    [{ price: 1e-200 }, /^The value of input\.price does not fit: /],
    [{ size: { width: 1, height: -1e126 } }, /^The value of input\.size\.height does not fit: /],
    [{ tags: ['fine', 'half \ud83d'] }, /^The value of input\.tags\[1\] does not fit: /],
    [{ id: '\udc00' }, /^The value of input\.id does not fit: /],
  ])('by what can not be stored: %j', async (input, message) => {
    const { run, runtime } = shop()
    const answer = await run(CREATE, { input: { name: 'a', ...input } })
    expect(answer.errors[0]).toMatchObject({ errorType: 'BadInput', message: expect.stringMatching(message) })
    expect(runtime.trace).toEqual([])
  })

  it('says where it is wrong, in literals of scalars too', async () => {
    const { run } = shop()
    const answer = await run('mutation {\n  createProduct(input: { name: "a", released: "soon" }) { id }\n}')
    expect(answer.errors[0].locations).toEqual([{ line: 2, column: 47 }])
  })

  it.each([
    ['selections', `${'{ a'.repeat(3300)}${'}'.repeat(3300)}`],
    ['lists', `{ readProduct(id: ${'['.repeat(4900)}${']'.repeat(4900)}) { id } }`],
    ['objects', `{ readProduct(id: ${'{a:'.repeat(3200)}1${'}'.repeat(3200)}) { id } }`],
    ['a variable type', `query ($a: ${'['.repeat(4900)}Int${']'.repeat(4900)}) { countProducts }`],
  ])('by its nesting of %s is BadInput and no end of the process', async (_name, query) => {
    const { run } = shop()
    expect((await run(query)).errors[0].errorType).toBe('BadInput')
  })

  it('by its size is BadInput', async () => {
    const { run } = shop()
    const answer = await run(`{ ${'countProducts '.repeat(10_001)} }`)
    expect(answer.errors[0]).toMatchObject({
      errorType: 'BadInput',
      message: 'Syntax Error: Document contains more that 10000 tokens. Parsing aborted.',
    })
  })

  it('by repeating one field is refused, before checking it takes long', async () => {
    const { run } = shop({ maxRootFields: 5_000 })
    const start = performance.now()
    expect(await run(`{ ${'countProducts '.repeat(1_990)} }`)).toMatchObject({
      errors: [{ errorType: 'BadInput', message: 'The document repeats fields too often to be checked.' }],
    })
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})

describe('documents', () => {
  it('are parsed once', async () => {
    const { executor, run } = shop()
    await run('query Once { countProducts }')
    const start = performance.now()
    for (let i = 0; i < 2_000; i++) executor.operationType('query Once { countProducts }')
    expect(performance.now() - start).toBeLessThan(100)
    expect(executor.operationType('mutation { deleteProduct(id: 1) { id } }')).toBe('mutation')
    expect(executor.operationType('{ nothing }')).toBeUndefined()
    expect(
      executor.operationType('query A { countProducts } mutation B { deleteProduct(id: 1) { id } }', 'B'),
    ).toBe('mutation')
  })

  it('may ask for the schema', async () => {
    const { run } = shop()
    const answer = await run(getIntrospectionQuery())
    expect(answer.errors).toBeUndefined()
    expect(answer.data.__schema.queryType.name).toBe('Query')
  })
})
