import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CascadeMessage, DeletionMessage, Queue } from '../../src/ports/queue.js'

export interface OpenedQueue {
  /** An empty queue. */
  readonly queue: Queue<CascadeMessage | DeletionMessage>
  /** Takes what is there, a few messages at most, and with that off the queue. Empty when there is nothing. */
  take(): Promise<readonly unknown[]>
  close(): Promise<void>
}

/** What every `Queue` does, whatever it is built on: who sends is sure that somebody gets the message. */
export function queueConformance(name: string, open: () => Promise<OpenedQueue>): void {
  describe(`${name} is a Queue`, () => {
    let opened: OpenedQueue

    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    /** Each message once, in an order of their own: there may be repeats, and no order is promised. */
    const received = async (): Promise<string[]> => {
      const texts = new Set<string>()
      for (;;) {
        const messages = await opened.take()
        if (messages.length === 0) return [...texts].sort()
        for (const message of messages) texts.add(JSON.stringify(message))
      }
    }
    const sorted = (messages: readonly unknown[]) => messages.map((message) => JSON.stringify(message)).sort()

    test.each<[string, CascadeMessage | DeletionMessage]>([
      ['a removed entity', { entityType: 'user', entityId: 'ada', incarnation: 'i1' }],
      ['a deletion task', { taskId: 't1' }],
      ['a deletion that goes on', { taskId: 't1', resume: { step: 'remove', at: 'x#1' } }],
      ['a deletion that waits', { taskId: 't1', resume: { step: 'wait' } }],
      ['any text', { entityType: 'user', entityId: `Zoë \u{1F600} <&> "\\" \n`, incarnation: '' }],
      ['what is no character', { taskId: 'a\uFFFE\uFFFFb\u007F\u0000' }],
      ['an id of 256 bytes', { entityType: 'user', entityId: 'é'.repeat(128), incarnation: 'i' }],
    ])('%s arrives as it was sent', async (_what, message) => {
      await opened.queue.send(message)
      expect(await received()).toEqual(sorted([message]))
    })

    test('nothing arrives that was not sent', async () => {
      expect(await received()).toEqual([])
    })

    test('messages that are sent at once all arrive', async () => {
      const messages = Array.from({ length: 100 }, (_, n) => ({ taskId: `t${n}` }))
      await Promise.all(messages.map((message) => opened.queue.send(message)))
      expect(await received()).toEqual(sorted(messages))
    })

    test('a message can be sent again', async () => {
      const message = { taskId: 'again' }
      await opened.queue.send(message)
      expect(await received()).toEqual(sorted([message]))
      await opened.queue.send(message)
      expect(await received()).toEqual(sorted([message]))
    })
  })
}
