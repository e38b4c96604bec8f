import { isDeepStrictEqual } from 'node:util'
import {
  type BulkItemTable,
  type CreateResult,
  type GroupResult,
  SYSTEM_ATTRIBUTES,
} from '../../../ports/bulkItemTable.js'
import type { Item, Write } from '../../../ports/itemTable.js'
import { StoreError } from '../../../ports/storeError.js'
import { asStored } from './attributeValues.js'
import { checkDistinct, type DynamoTable, dynamoItemTable } from './dynamoItemTable.js'
import { keyText, writeKeyText } from './keyText.js'
import { type Backoff, pause } from './retry.js'
import { singleWrite } from './singleWrite.js'
import { transaction } from './transaction.js'

/**
 * The table of a project in DynamoDB for imports: many requests at once, of all calls together at most `inFlight`, and
 * much patience with throttling. What concerns the same item happens in the order in which it's given.
 */
export function bulkItemTable({
  client,
  tableName,
  inFlight = 50,
}: DynamoTable & { readonly inFlight?: number }): BulkItemTable {
  const table = dynamoItemTable({ client, tableName })
  const limited = limit(inFlight)

  const createOne = async (item: Item, ignored: ReadonlySet<string>): Promise<CreateResult> => {
    const compare = (present: Item) =>
      isDeepStrictEqual(compared(present, ignored), compared(asStored(item), ignored))
        ? 'identical'
        : 'exists'
    try {
      const put = { kind: 'put', item, condition: { kind: 'notExists' } } as const
      const result = await singleWrite(client, tableName, put)
      if (result.ok) return 'created'
      return result.present ? compare(result.present) : 'exists'
    } catch (error) {
      if (!(error instanceof StoreError && error.failure === 'itemTooLarge')) throw error
      // DynamoDB looks at the size first. What is there counts first here, as on the embedded host.
      const present = await table.get(item)
      return present ? compare(present) : 'itemTooLarge'
    }
  }

  const writeGroup = async (writes: readonly Write[]): Promise<GroupResult> => {
    const [only, ...others] = writes
    if (!only) return { ok: true }
    // A single write costs half of what it would in a transaction.
    if (others.length > 0 || only.kind === 'check') return transaction(client, tableName, writes)
    try {
      const { ok } = await singleWrite(client, tableName, only)
      return ok ? { ok } : { ok, reason: 'conditionFailed', failed: [0] }
    } catch (error) {
      if (!(error instanceof StoreError && error.failure === 'itemTooLarge')) throw error
      return { ok: false, reason: 'itemTooLarge', failed: [0] }
    }
  }

  return {
    ...table,
    // Imports read about as often as they write.
    get: (key) => limited(() => patiently(() => table.get(key))),
    getMany: (keys) => limited(() => patiently(() => table.getMany(keys))),

    createBulk(items, { ignore = SYSTEM_ATTRIBUTES } = {}) {
      const ignored = new Set(ignore)
      return inOrder(
        items,
        (item) => [keyText(item)],
        (item) => limited(() => patiently(() => createOne(item, ignored))),
      )
    },

    async transactBulk(groups) {
      for (const writes of groups) checkDistinct(writes)
      return inOrder(
        groups,
        (writes) => writes.map(writeKeyText),
        (writes) => limited(() => patiently(() => writeGroup(writes))),
      )
    },
  }
}

/** On top of what the SDK tries by itself: a table that has just been made takes minutes to grow. In all a few minutes. */
const PATIENCE: Backoff = { attempts: 30, baseMs: 200, capMs: 10_000 }

function compared(item: Item, ignored: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !ignored.has(name)))
}

async function patiently<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const throttled = error instanceof StoreError && error.failure === 'throttled'
      if (!throttled || attempt >= PATIENCE.attempts) throw error
      await pause(attempt, PATIENCE)
    }
  }
}

/**
 * Runs a task for each input, at once where they share no key; those that do run in their order. Waits for all of
 * them also when one fails, so that nothing goes on behind the caller's back.
 */
async function inOrder<Input, Result>(
  inputs: readonly Input[],
  keysOf: (input: Input) => readonly string[],
  run: (input: Input) => Promise<Result>,
): Promise<Result[]> {
  const last = new Map<string, Promise<Result>>()
  const tasks = inputs.map((input) => {
    const keys = keysOf(input)
    const earlier = keys.flatMap((key) => last.get(key) ?? [])
    const task = Promise.all(earlier).then(() => run(input))
    for (const key of keys) last.set(key, task)
    return task
  })
  const settled = await Promise.allSettled(tasks)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

/** Lets at most so many run at once; the others wait for their turn. */
function limit(most: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (run) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await run()
    } finally {
      // Whoever waited longest takes the place.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
