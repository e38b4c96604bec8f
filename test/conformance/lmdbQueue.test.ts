import type { CascadeMessage, DeletionMessage, Queue } from '../../src/ports/queue.js'
import { temporaryStore } from '../store/temporaryStore.js'
import { queueConformance } from './queue.js'

queueConformance('LmdbQueue', async () => {
  const { store, remove } = await temporaryStore()
  const queue = store.queue('deletion')
  return {
    queue: queue as unknown as Queue<CascadeMessage | DeletionMessage>,
    async take() {
      const deliveries = await queue.receive(10, 60_000)
      for (const { id } of deliveries) await queue.complete(id)
      return deliveries.map(({ message }) => message)
    },
    close: remove,
  }
})
