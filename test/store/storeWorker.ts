import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { closeEnvironment, openEnvironment } from '../../src/adapters/embedded/store/environment.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { entityKey } from '../../src/model/keys.js'
import { relationDataItem, relationSideItem, userItem } from './storedItems.js'

/**
 * A process that works on a store beside its parent: `storeWorker.ts <folder> <job> [argument…]`. It writes a line
 * for each thing that was acknowledged, at once, so that a line that can be read was true before the process died.
 */
const [folder, job, ...args] = process.argv.slice(2) as [string, string, ...string[]]

const jobs: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  /** Writes without end: entities, their updates, and relations of one transaction each. */
  async write(store) {
    const name = args[0] as string
    say('ready')
    await Promise.all(Array.from({ length: 16 }, (_, writer) => writeForever(store, `${name}.${writer}`)))
  },

  /** Adds one to a shared counter, many times at once. */
  async count(store) {
    const times = Number(args[0])
    const add = () =>
      store.table.write({ kind: 'update', key: entityKey('user', 'counter'), add: { count: 1 } })
    await Promise.all(Array.from({ length: times }, add))
  },

  /** Takes messages of the cascade queue until there are none. */
  async take(store) {
    for (;;) {
      const deliveries = await store.queue('cascade').receive(3, 60_000)
      if (deliveries.length === 0) return
      for (const { message } of deliveries) say(message.entityId)
    }
  },

  /** Claims the host's place and keeps it. */
  async host(store) {
    await store.hostLock.claim({ url: 'http://127.0.0.1:1' })
    say('claimed')
    await new Promise(() => setInterval(() => undefined, 1000))
  },

  /** Opens the store, and closes it, again and again. */
  async reopen(store) {
    await store.close()
    const until = Date.now() + Number(args[0])
    let opened = 0
    for (; Date.now() < until; opened++) {
      await closeEnvironment(openEnvironment(join(folder, 'store'), () => undefined))
    }
    say(String(opened))
  },

  /** Reads, and stands still inside the same turn of the event loop: its snapshot stays. */
  async pin(store) {
    store.table.read(entityKey('user', 'a'))
    say('pinned')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },

  /** Clears the store's file again and again. */
  async scrub(store) {
    for (;;) say(`cleaned ${(await store.scrub()).cleaned}`)
  },

  /** Writes large items until the disk, or the limit of the file, is full; then frees some and goes on. */
  async fill(store) {
    const fill = 'x'.repeat(100_000)
    for (let n = 0; ; n++) {
      const item = { ...userItem(`large-${n}`), fill }
      const result = await store.table.write({ kind: 'put', item }).catch((error: unknown) => error)
      if (result instanceof Error) {
        say(`${result.name} ${(result as { failure?: string }).failure} at ${n}`)
        break
      }
      say(`stored ${n}`)
    }
    say(`items ${store.stats().items} head ${store.feed.head()}`)
    await store.close()
  },
}

function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      // The parent is slow to read.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

async function writeForever(store: Store, name: string): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${name}.${n}`
    await store.table.write({ kind: 'put', item: userItem(id), condition: { kind: 'notExists' } })
    say(`created ${id}`)
    await store.table.write({ kind: 'update', key: entityKey('user', id), add: { _rev: 1 } })
    say(`updated ${id}`)
    await store.table.transact([
      { kind: 'put', item: relationDataItem(id), condition: { kind: 'notExists' } },
      { kind: 'put', item: relationSideItem('a', id) },
      { kind: 'put', item: relationSideItem('b', id) },
    ])
    say(`related ${id}`)
    await store.queue('cascade').send({ entityType: 'user', entityId: id, incarnation: 'i' })
    say(`sent ${id}`)
  }
}

// Not a top-level await: the script is also started by loaders that make CommonJS of it.
void openStore(folder).then((store) => jobs[job]?.(store).then(() => store.close()))
