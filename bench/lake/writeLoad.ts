import type { JsonObject } from '../../src/model/json.js'
import type { Operation } from '../../src/model/types.js'
import { playRow } from '../start/schemas.js'
import type { Host } from './openLake.js'

export interface WriteLoad {
  /** Ends it, and tells how many a second there were. */
  stop(): Promise<number>
}

const TURN_MS = 5

/**
 * Writes to a lake of `rows` plays as clients do, so many a second, until it is stopped: of twenty writes sixteen update a
 * row of any age, three create one and one deletes one of those.
 */
export function writeLoad(host: Host, rows: number, perSecond: number): WriteLoad {
  const operation = (kind: Operation['kind']) => {
    const found = host.project.operations.find((one) => one.kind === kind)
    if (!found) throw new Error(`There is no operation to ${kind}.`)
    return found
  }
  const [create, update, remove] = [operation('create'), operation('update'), operation('delete')]
  const prefix = `new-${Date.now()}`
  let running = true
  let count = 0
  let created = 0
  let removed = 0
  const write = (number: number): Promise<unknown> => {
    const turn = number % 20
    // Created long ago enough to be there.
    if (turn === 19 && created > removed + 100) {
      removed += 1
      return host.runtime.execute(remove, { id: `${prefix}-${removed}` })
    }
    const { id: _id, createdAt: _time, ...fields } = playRow(number)
    if (turn >= 16) {
      created += 1
      return host.runtime.execute(create, { input: { id: `${prefix}-${created}`, ...fields } as JsonObject })
    }
    const id = `play-${Math.floor(Math.random() * rows)}`
    return host.runtime.execute(update, { id, input: { seconds: number % 600, price: (number % 200) / 100 } })
  }
  const started = performance.now()
  const work = (async () => {
    while (running) {
      const due = Math.floor(((performance.now() - started) / 1000) * perSecond) - count
      const writes = Array.from({ length: due }, () => write(count++))
      await Promise.all(writes)
      await new Promise((resolve) => setTimeout(resolve, TURN_MS))
    }
  })()
  return {
    async stop() {
      running = false
      await work
      return Math.round(count / ((performance.now() - started) / 1000))
    },
  }
}
