import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore } from '../../src/ports/objectStore.js'
import { StoreError } from '../../src/ports/storeError.js'

/** Whole numbers below a limit, always the same for a seed. */
export type Dice = (limit: number) => number

export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

/** Waits for no time, mostly, and for some milliseconds now and then. */
export async function dawdle(dice: Dice): Promise<void> {
  if (dice(5) === 0) await sleep(dice(8))
  else for (let turns = dice(4); turns > 0; turns -= 1) await nextTurn()
}

/** Objects in memory whose requests take a while, each another one, and of which some fail before or after their effect. */
export function slowObjects(dice: Dice, failsOneIn: number): ObjectStore & { failsOneIn: number } {
  const objects = new Map<string, Uint8Array>()
  const store = {
    failsOneIn,
    async put(key: string, body: Uint8Array) {
      await request(() => objects.set(key, body))
    },
    async get(key: string) {
      return objects.get(key)
    },
    async exists(key: string) {
      return objects.has(key)
    },
    async delete(key: string) {
      await request(() => objects.delete(key))
    },
    async deleteMany(keys: readonly string[]) {
      for (const key of keys) await store.delete(key)
    },
    async list({ prefix }: { readonly prefix: string }) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()
      return { objects: keys.map((key) => ({ key, size: objects.get(key)?.length ?? 0 })) }
    },
  }
  async function request(effect: () => unknown): Promise<void> {
    const fault = store.failsOneIn > 0 ? dice(store.failsOneIn) : 2
    await dawdle(dice)
    if (fault !== 0) effect()
    await dawdle(dice)
    if (fault < 2) throw new StoreError('unavailable', 'The object store fails now and then.')
  }
  return store
}
