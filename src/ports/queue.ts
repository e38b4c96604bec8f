import type { PageStart } from './itemTable.js'

/** A durable queue; delivery is at least once, in no promised order. */
export interface Queue<Message> {
  /** Durable when it resolves. */
  send(message: Message): Promise<void>
}

/** A removed entity: every relation of that incarnation goes. */
export interface CascadeMessage {
  /** Lake name. */
  readonly entityType: string
  readonly entityId: string
  readonly incarnation: string
  /** Where an earlier message of the same cascade has stopped: before it, nothing of the incarnation is left. */
  readonly start?: PageStart
}

/** A deletion task whose statement has succeeded: its rows are to be removed. */
export interface DeletionMessage {
  readonly taskId: string
  /** Several may see a statement end and send a message each: the task is worked on for one of them. */
  readonly id?: string
  /** Where an earlier message of the same task has stopped. `at`: position in the result; absent: its beginning. */
  readonly resume?: { readonly step: 'remove' | 'wait'; readonly at?: string }
}
