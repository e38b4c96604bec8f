import type { Json } from '../../../model/json.js'
import type { ItemKey } from '../../../model/keys.js'
import type { Change } from '../../../ports/changes.js'
import type { Item, ItemTable, TransactionResult, Write } from '../../../ports/itemTable.js'
import type { CascadeMessage, DeletionMessage, Queue } from '../../../ports/queue.js'
import type { SqlExecution } from '../../../ports/sqlEngine.js'
import type { HostLock } from './hostClaim.js'
import type { ScrubOptions, ScrubOutcome } from './scrub/scrub.js'

/**
 * Everything that the embedded host stores, in one folder. Several processes may hold the same folder open at the
 * same time; each write is one transaction over all of it, visible to every process and on disk when its promise
 * resolves. Methods without a promise read at once and see every write that was acknowledged before, anywhere.
 *
 * Failures: `StoreError` with `unavailable` (the disk is full or broken, the store is closed).
 */
export interface Store {
  readonly folder: string
  /** Random UUID, made with the folder: what derives from the store can tell it from another one. */
  readonly id: string
  readonly table: StoreTable
  readonly feed: StoreFeed
  readonly deadLetters: DeadLetters
  readonly executions: Executions
  readonly hostLock: HostLock
  /** Work that other processes ask the host for. */
  readonly maintenance: Maintenance
  /** One text, which the runtime's migration reads and writes. */
  readonly fieldHistory: FieldHistoryText
  /** The queue of that name; it exists from its first message on. */
  queue<Name extends QueueName>(name: Name): StoreQueue<QueueMessages[Name]>
  stats(): StoreStats
  /** When a write of this process last failed to reach the disk, milliseconds since 1970; undefined for never. */
  failedAt(): number | undefined
  /** As `Committer.onDamage`. */
  onDamage(listener: (error: Error) => void): () => void
  /**
   * Leaves nothing in the store's file but what can be read from it now: what was removed or replaced is overwritten.
   * Writers wait meanwhile, of every process; reads go on. Safe to be cut short, and to run again.
   */
  scrub(options?: ScrubOptions): Promise<ScrubOutcome>
  /** Waits for writes under way and lets go of the folder. A second call does nothing. */
  close(): Promise<void>
}

export type { ScrubOptions, ScrubOutcome } from './scrub/scrub.js'

/** What stored rows can hold, as the runtime's `FieldHistory` writes it. */
export interface FieldHistoryText {
  /** Undefined before the first. */
  read(): string | undefined
  write(text: string): Promise<void>
}

/** Messages of each queue. */
export interface QueueMessages {
  readonly cascade: CascadeMessage
  readonly deletion: DeletionMessage
}

export type QueueName = keyof QueueMessages

export interface StoreTable extends ItemTable {
  /** `get` without a promise. */
  read(key: ItemKey): Item | undefined
  /**
   * A page of items in key order, without a promise: those whose partition key starts with `prefix`, after the key
   * `after`. For the making again of what derives from the table; an empty page is the end.
   */
  readPage(page: {
    readonly prefix: string
    readonly after?: ItemKey
    readonly limit: number
  }): readonly Item[]
  /**
   * Many transactions with one commit and one feed record. Each group is all or nothing, and sees what the groups
   * before it did; each write of a group is on another key. A few thousand writes a call are a good measure: other
   * processes wait meanwhile.
   */
  transactBulk(groups: readonly (readonly Write[])[]): Promise<readonly GroupResult[]>
  /**
   * Creates items, many with one commit and one feed record, and overwrites none. A later item with the key of an
   * earlier one counts as existing.
   */
  createBulk(
    items: readonly Item[],
    options?: {
      /** Attributes that do not count for `identical`. Default: those that the system sets (`SYSTEM_ATTRIBUTES`). */
      readonly ignore?: readonly string[]
    },
  ): Promise<readonly CreateResult[]>
  /**
   * Removes tasks whose `expiresAt` (seconds since 1970) is not after `nowSeconds`, and tells their ids.
   */
  deleteExpired(nowSeconds: number): Promise<readonly string[]>
}

/** `failed` are indexes of the group's writes. */
export type GroupResult =
  | TransactionResult
  | { readonly ok: false; readonly reason: 'itemTooLarge'; readonly failed: readonly number[] }

/** `identical`: there is such an item with the same attributes; `exists`: one with others. */
export type CreateResult = 'created' | 'exists' | 'identical' | 'itemTooLarge'

/** What the changes of one commit were. Sequences grow by one; each record is on disk before it can be read. */
export interface FeedRecord {
  readonly sequence: number
  /** Time of the commit, milliseconds since 1970. */
  readonly time: number
  readonly changes: readonly Change[]
}

export interface StoreFeed {
  /** Sequence of the last record, 0 before the first. Takes a few microseconds and sees other processes' commits. */
  head(): number
  /** Sequence of the oldest record that is kept. A consumer that has applied less than `first() - 1` has missed some. */
  first(): number
  /** Records after a sequence, oldest first: at most `maxRecords`, and none once `maxChanges` are reached. */
  read(after: number, maxRecords: number, maxChanges?: number): readonly FeedRecord[]
  /** Last sequence that a consumer has settled; 0 for an unknown one. */
  checkpoint(consumer: string): number
  setCheckpoint(consumer: string, sequence: number): Promise<void>
  /** Every consumer's checkpoint. */
  checkpoints(): Readonly<Record<string, number>>
  /**
   * Sets a checkpoint and sends messages in one transaction, so that each record is dispatched exactly once. False,
   * and nothing is sent, when the consumer has already settled that sequence.
   */
  advance(consumer: string, sequence: number, messages: readonly QueueEntry[]): Promise<boolean>
  /** Removes records below a sequence, as far as nobody holds them, and tells how many. */
  trim(below: number): Promise<number>
  /**
   * Keeps the records after the present head, whoever trims, until `release`. Void 30 seconds after the last word of
   * a process that is gone.
   */
  hold(): Promise<FeedHold>
  /** Calls the listener after each commit of this process that has a feed record; returns how to stop. */
  onCommit(listener: (head: number) => void): () => void
}

export interface FeedHold {
  /** Records after this one are kept. */
  readonly position: number
  release(): Promise<void>
}

export type QueueEntry = {
  readonly [Name in QueueName]: { readonly queue: Name; readonly message: QueueMessages[Name] }
}[QueueName]

/** A message on loan. */
export interface Delivery<Message> {
  readonly id: string
  readonly message: Message
  /** Deliveries so far, this one included. */
  readonly attempts: number
}

export interface StoreQueue<Message> extends Queue<Message> {
  /** Takes messages, oldest due first; no other consumer gets them for `visibilityMs`. */
  receive(max: number, visibilityMs: number): Promise<readonly Delivery<Message>[]>
  /** Extends a loan from now on. False when the message is gone. */
  extend(id: string, visibilityMs: number): Promise<boolean>
  /** Removes a message that has been dealt with. False when it was gone already. */
  complete(id: string): Promise<boolean>
  /** Gives a message back, to be delivered again after `delayMs`. False when it is gone. */
  retryLater(id: string, delayMs: number, error: string): Promise<boolean>
  /** Makes a dead letter of a message, in one transaction. Answers its sequence; undefined when the message is gone. */
  bury(id: string, error: string): Promise<string | undefined>
  /** All messages: waiting, delayed and on loan, oldest first. */
  list(): readonly { readonly id: string; readonly message: Message }[]
  /** Messages waiting, delayed and on loan. */
  depth(): number
  /** Milliseconds since 1970 at which the next message is due, undefined without one. */
  nextDue(): number | undefined
  /** Calls the listener after this process has sent to the queue; returns how to stop. */
  onSend(listener: () => void): () => void
}

export type DeadLetterSubject =
  | { readonly source: 'projection'; readonly subject: Change }
  | { readonly source: 'cascade'; readonly subject: CascadeMessage }
  | { readonly source: 'deletion'; readonly subject: DeletionMessage }

export type NewDeadLetter = DeadLetterSubject & {
  /** What went wrong, for operators. */
  readonly error: string
  readonly attempts: number
}

export type DeadLetter = NewDeadLetter & {
  /** Fixed width, so that text order is order of time. */
  readonly sequence: string
  /** `YYYY-MM-DDTHH:mm:ss.sssZ` */
  readonly createdAt: string
}

export interface DeadLetters {
  /** Answers the sequence. */
  add(letter: NewDeadLetter): Promise<string>
  /** Oldest first, after a sequence. */
  list(page: { readonly limit: number; readonly after?: string }): readonly DeadLetter[]
  get(sequence: string): DeadLetter | undefined
  /** False when it was gone already. */
  remove(sequence: string): Promise<boolean>
  /**
   * Removes a dead letter and puts its subject on its way again, in one transaction: a change is appended to the
   * feed, a message is sent to its queue. False when it was gone already.
   */
  replay(sequence: string): Promise<boolean>
  count(): number
}

/** One run of a statement, as the SQL engine stores it. */
export interface ExecutionRecord {
  readonly id: string
  readonly token: string
  readonly sql: string
  readonly execution: SqlExecution
  /** `YYYY-MM-DDTHH:mm:ss.sssZ` */
  readonly startedAt: string
  /** Times that it has been started, a restart counted. */
  readonly attempts: number
  /** Names of the result's columns; one may repeat. */
  readonly columns?: readonly string[]
  /** Seconds since 1970 after which it may be removed with its result. */
  readonly expiresAt: number
  /** What else the engine wants to remember. */
  readonly extra?: Json
}

/** Executions of statements. Their results are the SQL engine's own files. */
export interface Executions {
  /** Stores an execution. When its token is known already: the stored one, and `created` is false. */
  create(record: ExecutionRecord): Promise<{ readonly record: ExecutionRecord; readonly created: boolean }>
  get(id: string): ExecutionRecord | undefined
  /** The execution of a token. */
  byToken(token: string): ExecutionRecord | undefined
  /** Changes an execution that is RUNNING; false, and nothing changes, when it is not, or is unknown. */
  update(
    id: string,
    change: Partial<Pick<ExecutionRecord, 'execution' | 'attempts' | 'columns' | 'expiresAt' | 'extra'>>,
  ): Promise<boolean>
  /** In the order of their ids, after one. */
  list(page: { readonly limit: number; readonly after?: string }): readonly ExecutionRecord[]
  /** Executions that are RUNNING, oldest first. */
  running(): readonly ExecutionRecord[]
  /** Removes an execution and its token. */
  delete(id: string): Promise<void>
  /** Removes executions past their `expiresAt`, running ones excepted, and tells their ids. */
  deleteExpired(nowSeconds: number): Promise<readonly string[]>
}

/** Work on a folder that one process asks for and the folder's host does. */
export interface MaintenanceRequest {
  /** In the order of their coming. */
  readonly id: string
  /** What to do. Absent once the host has taken it: what is to be purged leaves no trace in its own request. */
  readonly work?: Json
  readonly state: MaintenanceState
  readonly progress?: Json
  /** Of one that is `done`. */
  readonly outcome?: Json
  /** Of one that has `failed`. */
  readonly failure?: { readonly code: string; readonly message: string }
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

export type MaintenanceState = 'waiting' | 'running' | 'done' | 'failed'

export interface Maintenance {
  /** Asks for work and answers the request's id. */
  submit(work: Json): Promise<string>
  get(id: string): MaintenanceRequest | undefined
  /** Every request, oldest first. */
  list(): readonly MaintenanceRequest[]
  /** Takes the work of a request that waits, which then runs; undefined when it waits no more. */
  take(id: string): Promise<Json | undefined>
  /** Changes a request; false when it is gone. */
  update(id: string, change: Partial<Omit<MaintenanceRequest, 'id' | 'changedAt'>>): Promise<boolean>
  /** False when it was gone already. */
  remove(id: string): Promise<boolean>
}

export interface StoreStats {
  /** Items of the table, of every kind. */
  readonly items: number
  readonly feedRecords: number
  readonly feedHead: number
  readonly queueDepths: Readonly<Record<QueueName, number>>
  readonly deadLetters: number
  readonly executions: number
  /** Bytes of the store's file. */
  readonly fileBytes: number
}
