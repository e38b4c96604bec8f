import type { Committer } from './committer.js'
import { type Environment, renewReads } from './environment.js'
import { sequenceKey } from './feedRecords.js'
import { firstKey, keyAfter, nextKey } from './itemKeys.js'
import type { ExecutionRecord, Executions } from './store.js'

/** Executions in LMDB. */
export function lmdbExecutions(environment: Environment, committer: Committer): Executions {
  const read = (id: string): ExecutionRecord | undefined => {
    const text = environment.executions.get(recordKey(id))
    return text === undefined ? undefined : (JSON.parse(text) as ExecutionRecord)
  }

  /** Replaces a record together with its entries in the orders of start and of expiry. */
  const replace = (id: string, before: ExecutionRecord | undefined, after: ExecutionRecord | undefined) => {
    if (before) for (const key of orderKeys(before)) environment.executions.remove(key)
    if (after) for (const key of orderKeys(after)) environment.executions.put(key, id)
    if (after) environment.executions.put(recordKey(id), JSON.stringify(after))
    else environment.executions.remove(recordKey(id))
  }

  const remove = (id: string) =>
    committer.run(() => {
      const record = read(id)
      if (!record) return
      replace(id, record, undefined)
      environment.executions.remove(tokenKey(record.token))
    })

  return {
    create(record) {
      return committer.run(() => {
        const known = environment.executions.get(tokenKey(record.token))
        const stored = known === undefined ? undefined : read(known)
        if (stored) return { record: stored, created: false }
        environment.executions.put(tokenKey(record.token), record.id)
        replace(record.id, read(record.id), record)
        return { record, created: true }
      })
    },

    get(id) {
      renewReads(environment)
      return read(id)
    },

    byToken(token) {
      renewReads(environment)
      const id = environment.executions.get(tokenKey(token))
      return id === undefined ? undefined : read(id)
    },

    update(id, change) {
      return committer.run(() => {
        const before = read(id)
        if (before?.execution.state !== 'RUNNING') return false
        replace(id, before, { ...before, ...change })
        return true
      })
    },

    list({ limit, after }) {
      renewReads(environment)
      const start = after === undefined ? firstKey(RECORD) : nextKey(recordKey(after))
      const range = { start, end: keyAfter(RECORD), limit }
      return [...environment.executions.getRange(range)].map(
        ({ value }) => JSON.parse(value) as ExecutionRecord,
      )
    },

    running() {
      renewReads(environment)
      const range = { start: firstKey(RUNNING), end: keyAfter(RUNNING) }
      return [...environment.executions.getRange(range)].flatMap(({ value: id }) => read(id) ?? [])
    },

    delete: remove,

    async deleteExpired(nowSeconds) {
      renewReads(environment)
      const range = { start: Buffer.from(EXPIRY), end: expiryKey(nowSeconds + 1, '') }
      const expired = [...environment.executions.getRange(range)].map(({ value: id }) => id)
      const finished = expired.filter((id) => read(id)?.execution.state !== 'RUNNING')
      for (const id of finished) await remove(id)
      return finished
    },
  }
}

/** Kinds of entries: records by id, ids by token, by start while RUNNING, and by expiry. */
const RECORD = 'record\0'
const TOKEN = 'token\0'
const RUNNING = 'running\0'
const EXPIRY = 'expiry\0'

function recordKey(id: string): Buffer {
  return Buffer.from(RECORD + id)
}

function tokenKey(token: string): Buffer {
  return Buffer.from(TOKEN + token)
}

function expiryKey(seconds: number, id: string): Buffer {
  return Buffer.concat([Buffer.from(EXPIRY), sequenceKey(Math.max(0, Math.ceil(seconds))), Buffer.from(id)])
}

function orderKeys({ id, execution, startedAt, expiresAt }: ExecutionRecord): Buffer[] {
  const expiry = expiryKey(expiresAt, id)
  return execution.state === 'RUNNING' ? [Buffer.from(`${RUNNING}${startedAt}\0${id}`), expiry] : [expiry]
}
