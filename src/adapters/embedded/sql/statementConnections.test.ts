import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leaseImage } from './imageLeases.js'
import { runStatement } from './runStatement.js'
import { createConnectionPool } from './statementConnections.js'

let folder: string
let instance: DuckDBInstance

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-connections-'))
  instance = await DuckDBInstance.create(join(folder, 'a.duckdb'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const LIMITS = { maxRows: 10, maxBytes: 1000 }

async function ask(connections: Parameters<typeof runStatement>[0], sql: string) {
  const rows: unknown[] = []
  const sink = { take: (row: unknown) => rows.push(row), drain: async () => undefined }
  await runStatement(connections, { sql, tables: [] }, LIMITS, sink, new AbortController().signal)
  return rows
}

/** Lets go of the engine, and tells whether its file is open all the same. Only Linux can tell. */
function isHeld(): boolean {
  instance.closeSync()
  const open = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []
  return open.some((one) => {
    try {
      return readlinkSync(`/proc/self/fd/${one}`).startsWith(folder)
    } catch {
      return false
    }
  })
}

describe('connections of statements', () => {
  test('are used again, one statement each at a time', async () => {
    let opened = 0
    const connect = instance.connect.bind(instance)
    instance.connect = () => {
      opened += 1
      return connect()
    }
    const pool = createConnectionPool(instance)
    for (let round = 0; round < 3; round++) expect(await ask(pool, `SELECT ${round}`)).toEqual([[round]])
    expect(opened).toBe(1)
    await Promise.all([1, 2, 3].map((one) => ask(pool, `SELECT ${one}`)))
    expect(opened).toBe(3)
    pool.close()
    expect(isHeld()).toBe(false)
  })

  test('are not used again after a statement that failed', async () => {
    const pool = createConnectionPool(instance)
    const first = await pool.connect()
    pool.giveBack(first)
    await expect(ask(pool, 'SELECT range FROM range(20)')).rejects.toThrow()
    const second = await pool.connect()
    expect(second).not.toBe(first)
    pool.giveBack(second)
    pool.close()
    expect(isHeld()).toBe(false)
  })

  test('hold nothing open once the image has another engine, not even those that were still in use', async () => {
    const leases = leaseImage({ instance, tables: new Map() })
    const { connections, release } = leases.take()
    expect(await ask(connections, 'SELECT 1')).toEqual([[1]])
    const late = await connections.connect()
    const returned = leases.returned(instance)
    connections.giveBack(late)
    release()
    await returned
    expect(isHeld()).toBe(false)
  })
})
