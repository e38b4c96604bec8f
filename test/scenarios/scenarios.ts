import type { ScenarioAnswer, ScenarioHost } from './scenarioHost.js'

type Values = Readonly<Record<string, unknown>>

/** A story told to a host by its API; what it answers is written down, free of what differs from run to run. */
export interface Scenario {
  readonly name: string
  tell(host: Teller): Promise<void>
}

export interface Teller {
  /** Asks and writes the answer down. */
  ask(query: string, variables?: Values): Promise<ScenarioAnswer>
  /** Starts a statement's task, waits for its end and writes its pages down. Answers the task's id. */
  task(name: string, args: string, selection: string, limit?: number): Promise<string>
  settle(): Promise<void>
}

const FIELDS = `id text whole float flag dateTime date time timestamp email json url phone ip mood texts numbers matrix documents
  place { city height tags document seen } places { city tags } createdAt updatedAt`
const ROW = `id text whole float flag dateTime date time timestamp json mood texts numbers matrix
  place { city height tags document seen } places { city tags }`
const CREATE = `mutation ($input: CreateEverythingInput!) { createEverything(input: $input) { ${FIELDS} } }`
const UPDATE = `mutation ($id: ID!, $input: UpdateEverythingInput!) { updateEverything(id: $id, input: $input) { ${FIELDS} } }`
const READ = `query ($id: ID!) { readEverything(id: $id) { ${FIELDS} } }`
const DELETE = 'mutation ($id: ID!) { deleteEverything(id: $id) { id deleted } }'

/** A value for each field, and the ones that are hard to carry. */
const FULL: Values = {
  id: 'full',
  text: 'Zoë 😀 "quoted" \\ \n\t, [a, {b=c}]',
  whole: -2147483648,
  float: 1.2345678901234567e-100,
  flag: false,
  dateTime: '2024-02-29T23:59:59.5+05:30',
  date: '2024-02-29',
  time: '12:34:56.789Z',
  timestamp: 1709251199,
  email: 'zoe@example.com',
  json: '{"b":[1,2.50,null,"x"],"a":{"deep":true}}',
  url: 'https://example.com/ä?q=1#x',
  phone: '+49 30 901820',
  ip: '2001:db8::1',
  mood: 'WILD',
  place: {
    city: 'Łódź',
    height: 162.5,
    tags: ['a, b', '', '[x]'],
    document: '"text"',
    seen: '2020-01-01T00:00:00Z',
  },
  places: [{ city: 'A' }, { city: '', tags: [] }],
  texts: ['', null, 'null', 'a, b', '{x=1}'],
  numbers: [3, 1, 2],
  matrix: [[1, 2], [], [3]],
  documents: ['1', null, '{"x":[]}', '"s"'],
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an entity lives and dies',
    async tell({ ask }) {
      await ask(READ, { id: 'full' })
      await ask(CREATE, { input: FULL })
      await ask(READ, { id: 'full' })
      await ask(CREATE, { input: FULL })
      await ask(CREATE, { input: { id: 'bare', text: '' } })
      await ask(UPDATE, { id: 'bare', input: { whole: 7, place: { city: 'B' }, texts: null } })
      await ask(UPDATE, { id: 'bare', input: { whole: null, text: 'now' } })
      await ask(UPDATE, { id: 'bare', input: { text: null } })
      await ask(UPDATE, { id: 'bare', input: {} })
      await ask(UPDATE, { id: 'nobody', input: { text: 'x' } })
      await ask(DELETE, { id: 'nobody' })
      await ask(DELETE, { id: 'bare' })
      await ask(READ, { id: 'bare' })
      await ask('mutation { createShelf(input: { name: "no id" }) { name } }')
    },
  },
  {
    name: 'what does not fit is refused and changes nothing',
    async tell({ ask }) {
      for (const id of ['', 'x'.repeat(257), 'a\nb', 'a\u0000b', '\ud800', 'é'.repeat(129)]) {
        await ask(CREATE, { input: { id, text: 'x' } })
        await ask(READ, { id })
        await ask(DELETE, { id })
      }
      for (const float of [1e126, -1e126, 1e-131, 9.9e125, 1e-130, 0, -0]) {
        await ask(CREATE, { input: { id: `float ${float}`, text: 'x', float } })
      }
      await ask(CREATE, { input: { id: 'half', text: 'half \ud83d pair' } })
      await ask(CREATE, { input: { id: 'half', text: 'x', place: { city: '\udc00' } } })
      await ask(CREATE, { input: { id: 'large', text: 'x'.repeat(420_000) } })
      await ask(CREATE, { input: { id: 'large', text: 'x'.repeat(300_000) } })
      await ask(UPDATE, { id: 'large', input: { texts: ['y'.repeat(200_000)] } })
      await ask('query { readEverything(id: "large") { id texts } }')
      await ask(DELETE, { id: 'large' })
      await ask('query { listEverythings(limit: 0) { nextToken } }')
      await ask('query { listEverythings(limit: 1001) { nextToken } }')
      await ask('query { listEverythings(nextToken: "nonsense") { nextToken } }')
      await ask('query { listShelves(nextToken: "WzEsIngiLDFd") { nextToken } }')
    },
  },
  {
    name: 'lists go on where they stopped',
    async tell({ ask }) {
      for (let index = 0; index < 25; index += 1) {
        await ask('mutation ($input: CreateShelfInput!) { createShelf(input: $input) { id name } }', {
          input: { id: `shelf-${String(index).padStart(2, '0')}`, name: `Shelf ${index}` },
        })
      }
      const query = `query ($limit: Int, $nextToken: String) { listShelves(limit: $limit, nextToken: $nextToken) { items { id name } nextToken } }`
      for (const limit of [1, 7, 25, 1000]) {
        let nextToken: unknown = null
        do {
          const { data } = await ask(query, { limit, nextToken })
          nextToken = (data?.listShelves as { nextToken?: unknown } | undefined)?.nextToken ?? null
        } while (nextToken !== null)
      }
      await ask('{ listShelves { items { id } nextToken } }')
      await ask('{ listDiaries { items { id } nextToken } }')
    },
  },
  {
    name: 'SQL says what the table says',
    async tell({ ask, task, settle }) {
      await ask(CREATE, { input: { ...FULL, id: 'sql' } })
      await ask(CREATE, {
        input: { id: 'sql-2', text: "it's", whole: 2147483647, float: -0.5, texts: [], numbers: [] },
      })
      await ask(CREATE, { input: { id: 'sql ü/#?%', text: 'odd id', whole: 3 } })
      await ask('mutation { createDiary(input: { id: "d1", year: 7, month: "May" }) { id year month } }')
      await settle()
      await ask(`{ everythingNow { ${ROW} } }`)
      await task('EverythingLater', '', `{ ${ROW} }`)
      await task('EverythingLater', '(least: 3)', `{ ${ROW} }`)
      await ask(UPDATE, { id: 'sql-2', input: { whole: 4, float: null, places: [{ city: 'C' }] } })
      await ask(DELETE, { id: 'sql ü/#?%' })
      await settle()
      await ask(`{ everythingNow { ${ROW} } }`)
      await ask('{ facts { name exact total ratio at on list } nothing { name } }')
      await ask('query { names(of: ["sql", "sql-2"]) }')
      await ask(`query { names(of: ["sql-2"], like: "it's") }`)
      await ask('query { names(of: []) }')
      await task('NumbersUpTo', '(top: 2500)', '', 1000)
      await task('NumbersUpTo', '(top: 25)', '', 7)
    },
  },
  {
    name: 'statements that fail say why',
    async tell({ ask, task }) {
      await ask('{ divide(by: 3) }')
      await ask('{ divide(by: 0) }')
      await task('DivideLater', '(by: 4)', '')
      await task('DivideLater', '(by: 0)', '')
      await ask('{ tooSmall }')
      await ask('{ taskResultDivideLater(taskId: "nobody") { taskStatus } }')
      for (const taskId of ['', 'x'.repeat(3000)]) {
        await ask('query ($taskId: ID!) { taskResultDivideLater(taskId: $taskId) { taskStatus } }', {
          taskId,
        })
      }
      const taskId = await task('NumbersUpTo', '(top: 3)', '')
      await ask('query ($taskId: ID!) { taskResultDivideLater(taskId: $taskId) { taskStatus } }', { taskId })
      await ask('query ($taskId: ID!) { taskResultNumbersUpTo(taskId: $taskId, limit: 0) { taskStatus } }', {
        taskId,
      })
    },
  },
  {
    name: 'relations come and go with their entities',
    async tell({ ask, task, settle }) {
      const put = `mutation ($e: ID!, $s: ID!, $position: Int, $remark: String) {
        putOnShelf(everythingId: $e, shelfId: $s, position: $position, remark: $remark) }`
      const shelved = '{ shelved { everythingId shelfId position remark } }'
      for (const id of ['r1', 'r2', 'r3']) await ask(CREATE, { input: { id, text: id } })
      for (const id of ['s1', 's2']) {
        await ask('mutation ($input: CreateShelfInput!) { createShelf(input: $input) { id } }', {
          input: { id, name: id },
        })
      }
      await ask(put, { e: 'r1', s: 's1', position: 1, remark: 'top' })
      await ask(put, { e: 'r1', s: 's1', position: 1, remark: 'top' })
      await ask(put, { e: 'r1', s: 's1', position: 2, remark: 'top' })
      await ask(put, { e: 'r1', s: 'nowhere' })
      await ask(put, { e: 'nothing', s: 's1' })
      await ask(put, { e: '', s: 's1' })
      await ask(put, { e: 'r2', s: 's1' })
      await ask(put, { e: 'r3', s: 's1', remark: '' })
      await ask(put, { e: 'r3', s: 's2' })
      await settle()
      await ask(shelved)
      await ask(DELETE, { id: 'r3' })
      await settle()
      await ask(shelved)
      await ask(CREATE, { input: { id: 'r3', text: 'again' } })
      await ask(put, { e: 'r3', s: 's2', position: 9 })
      await settle()
      await ask(shelved)
      await task('ClearShelf', '(shelfId: "s1")', '')
      // A deletion has succeeded when SQL does not show its rows any more: nothing is waited for here.
      await ask(shelved)
      await task('ClearShelf', '(shelfId: "s1")', '')
      await ask('mutation { deleteShelf(id: "s2") { deleted } }')
      await settle()
      await ask(shelved)
    },
  },
]

export interface Entry {
  readonly request: string
  readonly answer: unknown
}

/** Tells a scenario to a host and gives what was written down. */
export async function tell(scenario: Scenario, host: ScenarioHost): Promise<Entry[]> {
  const entries: Entry[] = []
  const ask: Teller['ask'] = async (query, variables = {}) => {
    const answer = await host.execute(query, variables)
    const request = `${shortened(query)} ${shortened(JSON.stringify(plain(variables)))}`
    entries.push({ request, answer: plain(answerOf(answer)) })
    return answer
  }
  await scenario.tell({
    ask,
    settle: () => host.settle(),
    async task(name, args, selection, limit) {
      const triggered = await host.execute(`mutation { triggerTask${name}${args} { taskId } }`)
      if (!triggered.data) throw new Error(`${name} has not started: ${JSON.stringify(triggered.errors)}`)
      const { taskId } = triggered.data[`triggerTask${name}`] as { taskId: string }
      const isDeletion = name === 'ClearShelf'
      const page = `query ($taskId: ID!, $nextToken: String) { page: taskResult${name}(taskId: $taskId${
        isDeletion ? '' : `, nextToken: $nextToken${limit ? `, limit: ${limit}` : ''}`
      }) { taskStatus error ${isDeletion ? 'deletedCount' : `result ${selection} nextToken`} } }`
      await finished(host, isDeletion ? page.replace(', $nextToken: String', '') : page, taskId)
      let nextToken: unknown = null
      do {
        const variables = isDeletion ? { taskId } : { taskId, nextToken }
        const { data } = await ask(isDeletion ? page.replace(', $nextToken: String', '') : page, variables)
        nextToken = (data?.page as { nextToken?: unknown } | undefined)?.nextToken ?? null
      } while (nextToken !== null)
      return taskId
    },
  })
  return entries
}

async function finished(host: ScenarioHost, page: string, taskId: string): Promise<void> {
  const end = Date.now() + 60_000
  while (Date.now() < end) {
    const { data } = await host.execute(page, { taskId })
    if ((data?.page as { taskStatus?: string } | undefined)?.taskStatus !== 'RUNNING') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The task ${taskId} has not ended.`)
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

function answerOf({ data, errors }: ScenarioAnswer): unknown {
  return {
    data: data ?? null,
    errors: (errors ?? []).map(({ message, errorType, path }) => ({ message, errorType, path })),
  }
}

/** A value without what differs from run to run: the system's times, tokens, ids of tasks. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, value: unknown) => {
    if (value === null) return null
    if (key === 'createdAt' || key === 'updatedAt') return 'a time'
    if (key === 'nextToken') return 'a token'
    return typeof value === 'string' ? value.replaceAll(UUID, 'a UUID') : value
  })
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 160)}…` : line
}
