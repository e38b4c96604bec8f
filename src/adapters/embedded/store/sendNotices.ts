import type { QueueName } from './store.js'

/** Tells this process's consumers that their queue has been sent to. */
export interface SendNotices {
  sent(queue: QueueName): void
  onSend(queue: QueueName, listener: () => void): () => void
}

export function createSendNotices(): SendNotices {
  const listeners = new Map<QueueName, Set<() => void>>()
  return {
    sent(queue) {
      for (const listener of listeners.get(queue) ?? []) listener()
    },
    onSend(queue, listener) {
      const all = listeners.get(queue) ?? new Set()
      listeners.set(queue, all.add(listener))
      return () => all.delete(listener)
    },
  }
}
