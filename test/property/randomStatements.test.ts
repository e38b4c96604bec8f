import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import { analyzeStatements, type StatementInput } from '../../src/compiler/sql/analyzeStatements.js'
import { SqlError, type SqlFailureReason } from '../../src/ports/sqlEngine.js'
import {
  entityItem,
  likeItem,
  newFolder,
  type OpenShop,
  openShop,
  put,
  removeFolder,
  SHOP,
} from '../sql/testShop.js'
import { seededRandom } from '../statements/hostileValues.js'
import { randomStatement } from './randomSql.js'

const SEED = Number(process.env.OCG_FUZZ_SEED ?? Date.now() % 1_000_000)
/** More of them: `OCG_FUZZ_STATEMENTS=20000 npx vitest run test/property/randomStatements.test.ts`. */
const STATEMENTS = Number(process.env.OCG_FUZZ_STATEMENTS ?? 400)
const BATCH = 200
const TIMEOUT_MS = 3000
/** Longest that one statement may take to be refused or answered, however it is written. */
const PATIENCE_MS = TIMEOUT_MS + 5000

let folder: string
let shop: OpenShop

beforeAll(async () => {
  folder = await newFolder()
  shop = await openShop(folder)
  await put(
    shop.store,
    ...Array.from({ length: 6 }, (_, index) =>
      entityItem('user', `u${index}`, {
        ...(index % 2 === 0 && { name: `name ${index}`, age: index * 1000 - 1, tags: ['a', `t${index}`] }),
        ...(index % 3 === 0 && { score: index / 3, active: index > 2, born: '2024-02-29' }),
        ...(index === 5 && {
          seenAt: '1969-12-31T23:59:59.999Z',
          clicks: 4102444800,
          address: { city: 'Bern' },
        }),
      }),
    ),
    entityItem('product', 'p1', { title: 'name 2', price: 1.5 }),
    entityItem('product', 'u1', {}),
    likeItem('u1', 'p1', 5),
  )
  await shop.rows('SELECT 1')
})

afterAll(async () => {
  await shop.close()
  await removeFolder(folder)
})

test('any statement gets a diagnostic or an answer, and the engine lives on', {
  timeout: 60_000 + STATEMENTS * 200,
}, async () => {
  process.stdout.write(`seed ${SEED}; run it again with OCG_FUZZ_SEED=${SEED}\n`)
  const random = seededRandom(SEED)
  const checker = await createSqlChecker()
  const catalog = { entities: SHOP.entities, enums: [], valueTypes: SHOP.valueTypes, responseTypes: [] }
  const pid = shop.sql.workerPid()
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  try {
    for (let done = 0; done < STATEMENTS; done += BATCH) {
      const size = Math.min(BATCH, STATEMENTS - done)
      const inputs = Array.from({ length: size }, (_, at) => selectInput(`q${at}`, randomStatement(random)))
      const { statements, problems } = await analyzeStatements([LIKE, ...inputs], catalog, checker)
      const compiled = new Set(statements.map(({ name }) => name))
      for (const { name, sql } of inputs) {
        const said = problems.some((one) => one.statement === `Query.${name}` && one.severity !== 'warning')
        if (compiled.has(name) === said)
          failWith(sql, `compiled: ${compiled.has(name)}, with a mistake: ${said}`)
        const outcome = await run(sql)
        count(`${said ? 'refused' : 'compiled'}, then ${outcome.reason ?? 'answered'}`)
        if (outcome.reason !== undefined && !EXPECTED.has(outcome.reason))
          failWith(sql, JSON.stringify(outcome))
        if (INNER.test(outcome.message)) failWith(sql, outcome.message)
        if (!said && outcome.message === UNFIT) failWith(sql, 'compiled, and does not fit the tables')
      }
    }
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[6]])
    expect(shop.sql.workerPid()).toBe(pid)
  } finally {
    process.stdout.write(`${JSON.stringify(counts)}\n`)
    await checker.close()
  }
  // The grammar makes statements of all sorts: enough of them reach the engine.
  expect(counts['compiled, then answered']).toBeGreaterThan(STATEMENTS / 10)
  expect(Object.entries(counts).some(([what]) => what.startsWith('refused'))).toBe(true)
})

/** How a statement may end; `unavailable` would be a breakdown. */
const EXPECTED: ReadonlySet<SqlFailureReason> = new Set(['failed', 'timeout', 'tooManyRows', 'outOfMemory'])
const UNFIT = 'The statement does not fit the tables that it reads.'
/** What no message may tell. */
const INNER = /ocg_|duckdb|INTERNAL|stored|meta\.|image\.|node_modules|\/tmp\/|LINE \d/i

interface Outcome {
  /** Absent when it was answered. */
  readonly reason?: SqlFailureReason
  readonly message: string
}

async function run(sql: string): Promise<Outcome> {
  const started = performance.now()
  try {
    await shop.sql.query(sql, { timeoutMs: TIMEOUT_MS, maxRows: 1000 })
    return { message: '' }
  } catch (error) {
    if (!(error instanceof SqlError)) throw new Error(`seed ${SEED}: ${sql}`, { cause: error })
    return { reason: error.reason, message: error.message }
  } finally {
    if (performance.now() - started > PATIENCE_MS) failWith(sql, 'took too long')
  }
}

function selectInput(name: string, sql: string): StatementInput {
  const item = { kind: 'scalar', name: 'AWSJSON', nonNull: false } as const
  return {
    parent: 'Query',
    name,
    args: [],
    returns: { kind: 'list', item, nonNull: false },
    mode: 'TASK',
    sql,
  }
}

/** Declares the join table. */
const LIKE: StatementInput = {
  parent: 'Mutation',
  name: 'like',
  args: [],
  returns: { kind: 'scalar', name: 'Boolean', nonNull: true },
  mode: 'TASK',
  sql: "INSERT INTO $join_table(likes) (userId:User, productId:Product, rating:Int) VALUES ('u1', 'p1', 1)",
}

function failWith(sql: string, what: string): never {
  throw new Error(`seed ${SEED}: ${what}\n${sql}`)
}
