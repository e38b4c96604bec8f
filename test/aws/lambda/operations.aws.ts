import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoError, startFaultProxy } from '../servers/faultProxy.js'
import { type OperationsTest, openOperationsTest } from './operationsTest.js'

const FIELDS = `id text whole float flag dateTime date time timestamp email json url phone ip mood texts numbers matrix
  documents place { city height tags document seen } places { city tags } createdAt updatedAt`
const CREATE = `mutation ($input: CreateEverythingInput!) { createEverything(input: $input) { ${FIELDS} } }`
const READ = `query ($id: ID!) { readEverything(id: $id) { ${FIELDS} } }`
const UPDATE = `mutation ($id: ID!, $input: UpdateEverythingInput!) { updateEverything(id: $id, input: $input) { ${FIELDS} } }`
const DELETE = 'mutation ($id: ID!) { deleteEverything(id: $id) { id deleted } }'
const LIST =
  'query ($limit: Int, $nextToken: String) { listShelves(limit: $limit, nextToken: $nextToken) { items { id name } nextToken } }'
const PUT = `mutation ($e: ID!, $s: ID!, $position: Int, $remark: String) {
  putOnShelf(everythingId: $e, shelfId: $s, position: $position, remark: $remark) }`

const FULL = {
  id: 'full',
  text: 'Zoë 😀 "quoted" \\ \n',
  whole: -2147483648,
  float: 1.2345678901234567e-100,
  flag: false,
  dateTime: '2024-02-29T23:59:59.5+05:30',
  date: '2024-02-29',
  time: '12:34:56.789Z',
  timestamp: 1709251199,
  email: 'zoe@example.com',
  json: '{"b":[1,null,"x"],"a":{"deep":true}}',
  url: 'https://example.com/?q=1#x',
  phone: '+49 30 901820',
  ip: '2001:db8::1',
  mood: 'WILD',
  place: { city: 'Łódź', height: 162.5, tags: ['', '[x]'], document: '"text"' },
  places: [{ city: 'A' }, { city: '', tags: [] }],
  texts: ['', null, 'null'],
  numbers: [3, 1, 2],
  matrix: [[1, 2], [], [3]],
  documents: ['1', null, '{"x":[]}', '"s"', '[[1]]'],
}

let test: OperationsTest
beforeAll(async () => {
  test = await openOperationsTest()
})
afterAll(() => test?.close())

describe('the functions answer as the embedded host does', () => {
  const stories: readonly (readonly [string, string, object?][])[] = [
    [
      ['reads what is not there', READ, { id: 'full' }],
      ['creates', CREATE, { input: FULL }],
      ['creates again', CREATE, { input: FULL }],
      ['reads', READ, { id: 'full' }],
      ['changes nothing', UPDATE, { id: 'full', input: {} }],
      ['changes', UPDATE, { id: 'full', input: { whole: 7, texts: null, place: { city: 'B' }, json: '[]' } }],
      ['clears', UPDATE, { id: 'full', input: { whole: null, json: null, documents: [null, '"null"'] } }],
      ['clears what is required', UPDATE, { id: 'full', input: { text: null } }],
      ['changes what is not there', UPDATE, { id: 'nobody', input: { text: 'x' } }],
      ['deletes', DELETE, { id: 'full' }],
      ['deletes again', DELETE, { id: 'full' }],
      ['creates with a random id', 'mutation { createShelf(input: { name: "s" }) { id name } }'],
      [
        'creates with explicit nulls',
        CREATE,
        { input: { id: null, text: 'nulls', whole: null, place: null } },
      ],
    ],
    [
      ...['', 'x'.repeat(257), 'a\nb', '\ud800', 'é'.repeat(129)].flatMap((id) => [
        [`creates ${JSON.stringify(id)}`, CREATE, { input: { id, text: 'x' } }] as [string, string, object],
        [`reads ${JSON.stringify(id)}`, READ, { id }] as [string, string, object],
        [`deletes ${JSON.stringify(id)}`, DELETE, { id }] as [string, string, object],
      ]),
      ...[1e126, -1e-131, 9.9e125, 1e-130, 0].map(
        (float) =>
          [`stores ${float}`, CREATE, { input: { id: `f${float}`, text: 'x', float } }] as [
            string,
            string,
            object,
          ],
      ),
      ['half a pair', CREATE, { input: { id: 'h', text: 'half \ud83d' } }],
      [
        'half a pair inside',
        CREATE,
        { input: { id: 'h', text: 'x', place: { city: 'x', tags: ['a', '\udc00'] } } },
      ],
      ['an unknown argument', 'mutation { createShelf(input: { name: "s", colour: "red" }) { id } }'],
      ['a missing field', 'mutation { createShelf(input: {}) { id } }'],
      ['too large an item', CREATE, { input: { id: 'large', text: 'x'.repeat(420_000) } }],
      ['a large item', CREATE, { input: { id: 'large', text: 'x'.repeat(300_000) } }],
      ['too large a change', UPDATE, { id: 'large', input: { texts: ['y'.repeat(200_000)] } }],
      ['limit 0', LIST, { limit: 0 }],
      ['limit 1001', LIST, { limit: 1001 }],
      ['a bad token', LIST, { nextToken: 'nonsense' }],
    ],
    [
      ['a thing', CREATE, { input: { id: 'thing', text: 'x' } }],
      ['a shelf', 'mutation { createShelf(input: { id: "s", name: "s" }) { id } }'],
      ['a relation', PUT, { e: 'thing', s: 's', position: 1 }],
      ['the same', PUT, { e: 'thing', s: 's', position: 1, remark: null }],
      ['with other values', PUT, { e: 'thing', s: 's', position: 2 }],
      ['without an entity', PUT, { e: 'thing', s: 'nowhere' }],
      ['without both', PUT, { e: 'nothing', s: 'nowhere' }],
      ['with no id', PUT, { e: '', s: 's' }],
      ['half a pair', PUT, { e: 'thing', s: 's', remark: '\ud800' }],
    ],
  ]
  it.each(stories.flat())('%s', async (_name, query, variables = {}) => {
    const { embedded, aws } = await test.both(query, variables as Readonly<Record<string, unknown>>)
    expect(aws).toEqual(embedded)
    expect(aws.data ?? aws.errors).toBeDefined()
  })

  it('page by page', async () => {
    for (let index = 0; index < 12; index += 1) {
      await test.both('mutation ($id: ID!) { createShelf(input: { id: $id, name: "page" }) { id } }', {
        id: `page-${index}`,
      })
    }
    const all: unknown[] = []
    let nextToken: unknown = null
    do {
      const { data } = await test.api.execute(LIST, { limit: 5, nextToken })
      const page = data?.listShelves as { items: { id: string; name: string }[]; nextToken: unknown }
      expect(page.items.length).toBeLessThanOrEqual(5)
      all.push(...page.items.filter(({ name }) => name === 'page').map(({ id }) => id))
      nextToken = page.nextToken
    } while (nextToken !== null)
    expect(all).toEqual(Array.from({ length: 12 }, (_, index) => `page-${index}`))
    const { embedded, aws } = await test.both('{ listDiaries { items { id } nextToken } }')
    expect(aws).toEqual(embedded)
  })

  it('in pages whose size is one of bytes, not of characters', async () => {
    for (let index = 0; index < 14; index += 1) {
      await test.both(
        'mutation ($id: ID!, $note: String!) { createDiary(input: { id: $id, note: $note }) { id } }',
        {
          id: `long-${index}`,
          note: '本'.repeat(110_000),
        },
      )
    }
    const { embedded, aws } = await test.both('{ listDiaries(limit: 1000) { items { id note } nextToken } }')
    expect(aws).toEqual(embedded)
    const bytes = Buffer.byteLength(JSON.stringify(aws.data))
    expect(bytes).toBeGreaterThan(3_500_000)
    expect(bytes).toBeLessThan(4_400_000)
  })

  it('and none of that counts as an error of a function', () => {
    expect(test.functions.failures).toEqual([])
  })
})

describe('a function', () => {
  it('is cold once, and measures itself', () => {
    const metrics = test
      .records('readEverything')
      .filter((record) => '_aws' in record && 'Duration' in record)
    expect(metrics.length).toBeGreaterThan(3)
    // Containers side by side are cold once each.
    expect(metrics.filter(({ ColdStart }) => ColdStart === 1).length).toBeLessThan(4)
    expect(metrics[0]).toMatchObject({
      project: 'scenarios',
      kind: 'read',
      operation: 'readEverything',
      function: test.nameOf('readEverything'),
    })
    const failures = test.records('readEverything').filter((record) => 'Failures' in record)
    expect(failures.map(({ code }) => code)).toEqual(expect.arrayContaining(['NotFound', 'BadInput']))
  })

  it('writes no value of an argument into its log', async () => {
    await test.api.execute(CREATE, { input: { id: 'whisper-id', text: 'whisper' } })
    await test.api.execute(CREATE, { input: { id: 'whisper-id', text: 'whisper' } })
    await test.api.execute(CREATE, { input: { id: 'whisper\n', text: 'whisper \ud800' } })
    expect(JSON.stringify([...test.functions.logs.values()])).not.toContain('whisper')
  })

  it('lets one of many win, and all of the same succeed', async () => {
    const input = { id: 'contested', text: 'x' }
    const answers = await Promise.all(Array.from({ length: 12 }, () => test.api.execute(CREATE, { input })))
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1)
    expect(answers.flatMap(({ errors = [] }) => errors.map(({ errorType }) => errorType))).toEqual(
      Array(11).fill('Conflict'),
    )
    const put = await Promise.all(
      Array.from({ length: 12 }, () => test.api.execute(PUT, { e: 'contested', s: 's', position: 3 })),
    )
    expect(put.map(({ data, errors }) => data?.putOnShelf ?? errors)).toEqual(Array(12).fill(true))
  })
})

describe('when DynamoDB fails', () => {
  it('answers Timeout before the time of the function ends', async () => {
    const silent = await listen(createServer(() => {}))
    const deployed = await test.deploy({ AWS_ENDPOINT_URL_DYNAMODB: silent.endpoint }, 3_000)
    try {
      const start = performance.now()
      const { errors, data } = await deployed.api.execute(READ, { id: 'full' })
      expect(performance.now() - start).toBeLessThan(3_000)
      expect(errors).toEqual([
        { errorType: 'Timeout', message: 'The answer took too long: try again.', path: ['readEverything'] },
      ])
      expect(data).toEqual({ readEverything: null })
      expect(deployed.functions.failures).toEqual([])
      // The container lives on, and so does its next call.
      expect((await deployed.api.execute(READ, { id: '' })).errors?.[0]?.errorType).toBe('BadInput')
      expect(deployed.records('readEverything').filter(({ ColdStart }) => ColdStart === 1)).toHaveLength(1)
    } finally {
      await deployed.close()
      await silent.close()
    }
  })

  it.each([
    ['ProvisionedThroughputExceededException', 'Throttled', 'Too much to do at the moment: try again.', 0],
    ['InternalServerError', 'Internal', 'Something went wrong on our side.', 1],
    ['AccessDeniedException', 'Internal', 'Something went wrong on our side.', 1],
    ['ResourceNotFoundException', 'Internal', 'Something went wrong on our side.', 1],
  ])('with %s answers %s', async (name, errorType, message, failed) => {
    const proxy = await startFaultProxy(test.endpoint)
    proxy.decide(() => dynamoError(name))
    const deployed = await test.deploy({ AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint, AWS_MAX_ATTEMPTS: '1' })
    try {
      for (const [query, variables, field] of [
        [READ, { id: 'a' }, 'readEverything'],
        [CREATE, { input: { id: 'a', text: 'x' } }, 'createEverything'],
        [PUT, { e: 'a', s: 'b' }, 'putOnShelf'],
        [LIST, {}, 'listShelves'],
      ] as const) {
        const { errors } = await deployed.api.execute(query, variables)
        expect(errors).toEqual([{ errorType, message, path: [field] }])
        const failures = deployed.functions.failures.filter((one) => one.name === deployed.nameOf(field))
        expect(failures).toHaveLength(failed)
        expect(JSON.stringify(failures)).not.toContain(name)
        const logged = deployed.records(field).filter(({ level }) => level === 'error')
        expect(logged).toHaveLength(failed)
        if (failed) expect(JSON.stringify(logged)).toContain(name)
      }
    } finally {
      await deployed.close()
      await proxy.close()
    }
  })

  it('needs the variables that it uses, and tells the log alone which', async () => {
    const deployed = await test.deploy({ DYNAMODB_TABLE_NAME: '' })
    try {
      const { errors } = await deployed.api.execute(READ, { id: 'a' })
      expect(errors).toMatchObject([{ errorType: 'Internal', message: 'Something went wrong on our side.' }])
      expect(JSON.stringify(deployed.records('readEverything'))).toContain('DYNAMODB_TABLE_NAME')
    } finally {
      await deployed.close()
    }
  })
})

describe('when Athena fails', () => {
  const SYNC = '{ divide(by: 3) }'
  const TRIGGER = 'mutation { triggerTaskDivideLater(by: 3) { taskId } }'

  it.each([
    [SYNC, 'divide'],
    [TRIGGER, 'triggerTaskDivideLater'],
  ])('answers Timeout before the time of the function ends: %s', async (query, field) => {
    const silent = await listen(createServer(() => {}))
    const deployed = await test.deploy({ AWS_ENDPOINT_URL_ATHENA: silent.endpoint, ...SQL }, 4_000)
    try {
      const start = performance.now()
      const { errors } = await deployed.api.execute(query)
      expect(performance.now() - start).toBeLessThan(4_000)
      expect(errors).toMatchObject([{ errorType: 'Timeout', path: [field] }])
      expect(deployed.functions.failures).toEqual([])
    } finally {
      await deployed.close()
      await silent.close()
    }
  })

  it.each([
    ['TooManyRequestsException', 'Throttled', 'SQL is not available at the moment: try again.', 0],
    ['AccessDeniedException', 'Internal', 'Something went wrong on our side.', 1],
  ])('with %s answers %s', async (name, errorType, message, failed) => {
    const proxy = await startFaultProxy(test.endpoint)
    proxy.decide(() => ({ status: 400, body: JSON.stringify({ __type: name, message: 'by the test' }) }))
    const deployed = await test.deploy({
      AWS_ENDPOINT_URL_ATHENA: proxy.endpoint,
      AWS_MAX_ATTEMPTS: '1',
      ...SQL,
    })
    try {
      for (const query of [SYNC, TRIGGER]) {
        const { errors } = await deployed.api.execute(query)
        expect(errors).toMatchObject([{ errorType, message }])
      }
      expect(deployed.functions.failures).toHaveLength(2 * failed)
    } finally {
      await deployed.close()
      await proxy.close()
    }
  })
})

const SQL = { ATHENA_DATABASE_NAME: 'scenarios_db', ATHENA_OUTPUT_LOCATION: 's3://results/' }

async function listen(server: Server) {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<unknown>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(resolve)
      }),
  }
}
