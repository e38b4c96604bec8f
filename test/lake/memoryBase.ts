import { type BatchRow, newestRows, rowKeyText } from '../../src/lake/batchRow.js'
import { SqlError, type SqlExecution } from '../../src/ports/sqlEngine.js'
import type { KeeperContext, MaintenanceStatements } from '../../src/runtime/lake/keeperContext.js'

/** What a statement of the model says. Its text is this as JSON. */
type Statement =
  | { readonly merge: readonly string[]; readonly months: readonly string[] }
  | { readonly clear: true }
  | { readonly optimize: readonly string[] }
  | { readonly vacuum: true }
  | { readonly snapshot: true }

/** Statements for `MemoryBase`: one MERGE for each `monthsOfOne` months. */
export function modelStatements(monthsOfOne = 100): MaintenanceStatements {
  const text = (statement: Statement) => JSON.stringify(statement)
  return {
    merge(_table, batches) {
      const months = [...new Set(batches.flatMap((one) => one.months))].sort()
      const keys = batches.map(({ key }) => key)
      const texts: string[] = []
      for (let at = 0; at < months.length; at += monthsOfOne) {
        texts.push(text({ merge: keys, months: months.slice(at, at + monthsOfOne) }))
      }
      return texts
    },
    clear: () => [text({ clear: true })],
    optimize: (_table, months) => [text({ optimize: months })],
    vacuum: () => text({ vacuum: true }),
    snapshot: () => text({ snapshot: true }),
  }
}

export interface Snapshot {
  readonly id: string
  /** When it was committed. */
  readonly at: number
  /** One key may be there twice, if two statements have put it in. */
  readonly rows: readonly BatchRow[]
}

/** A data file. It lies there until VACUUM removes it, whatever the table shows by then. */
export interface DataFile {
  readonly rows: readonly BatchRow[]
  /** The snapshot that took it out of the table. */
  removedBy?: string
}

export interface Execution {
  readonly id: string
  readonly token: string
  readonly sql: string
  state: 'started' | 'read' | 'SUCCEEDED' | 'FAILED'
  message?: string
  /** What it has found to change, between its reading and its commit. */
  change?: {
    readonly put: readonly BatchRow[]
    readonly remove: readonly BatchRow[]
    /** Whether files are written anew without what was removed; else it stays in them. */
    readonly rewrites?: boolean
  }
}

/**
 * An exact small model of an Iceberg table and of the engine that writes it. A statement reads at one moment and commits at
 * another; commits that overlap are not checked against each other, which is worse than Iceberg's.
 */
export class MemoryBase implements Pick<KeeperContext['sql'], 'start' | 'execution' | 'query'> {
  readonly snapshots: Snapshot[] = []
  /** All that there are. */
  readonly files: DataFile[] = []
  readonly executions: Execution[] = []
  /** Told of each execution that is new. */
  onStart?: (execution: Execution) => void
  readonly #rowsOf: (key: string) => readonly BatchRow[] | undefined
  readonly #now: () => number
  readonly #snapshotAgeMs: number
  #made = 0

  constructor(parts: {
    /** Rows of an object, undefined when there is none. */
    readonly rowsOf: (key: string) => readonly BatchRow[] | undefined
    readonly now: () => number
    readonly snapshotAgeMs: number
  }) {
    this.#rowsOf = parts.rowsOf
    this.#now = parts.now
    this.#snapshotAgeMs = parts.snapshotAgeMs
  }

  get current(): Snapshot | undefined {
    return this.snapshots.at(-1)
  }

  /** Rows as of a snapshot; undefined when it's no longer there. */
  asOf(id: string): readonly BatchRow[] | undefined {
    return this.snapshots.find((one) => one.id === id)?.rows
  }

  async start({
    sql,
    token,
  }: {
    readonly sql: string
    readonly token: string
  }): Promise<{ executionId: string }> {
    const known = this.executions.find((one) => one.token === token)
    if (known && known.sql !== sql) throw new SqlError('failed', 'The token belongs to another statement.')
    if (known) return { executionId: known.id }
    const execution: Execution = {
      id: `execution-${this.executions.length + 1}`,
      token,
      sql,
      state: 'started',
    }
    this.executions.push(execution)
    this.onStart?.(execution)
    return { executionId: execution.id }
  }

  async execution(id: string): Promise<SqlExecution | undefined> {
    const found = this.executions.find((one) => one.id === id)
    if (!found) return undefined
    if (found.state === 'SUCCEEDED') return { state: 'SUCCEEDED', finishedAt: '' }
    if (found.state !== 'FAILED') return { state: 'RUNNING' }
    return { state: 'FAILED', reason: 'failed', message: found.message ?? '', finishedAt: '' }
  }

  async query(sql: string): Promise<{ columns: string[]; rows: string[][] }> {
    if (!('snapshot' in (JSON.parse(sql) as Statement))) throw new Error(`Not a query: ${sql}`)
    return { columns: ['snapshot_id'], rows: this.current ? [[this.current.id]] : [] }
  }

  async cancel(id: string): Promise<void> {
    const found = this.executions.find((one) => one.id === id)
    if (found && (found.state === 'started' || found.state === 'read')) this.#fail(found, 'It was stopped.')
  }

  get running(): Execution[] {
    return this.executions.filter(({ state }) => state === 'started' || state === 'read')
  }

  /** Runs everything that was started to its end. */
  finish(): void {
    for (const one of this.running) while (this.running.includes(one)) this.proceed(one)
  }

  /** Takes the next step of an execution: its reading, then its commit. */
  proceed(execution: Execution): void {
    const statement = JSON.parse(execution.sql) as Statement
    if (execution.state === 'started') {
      if ('merge' in statement) this.#read(execution, statement.merge, new Set(statement.months))
      else if ('clear' in statement) {
        execution.change = { put: [], remove: this.current?.rows ?? [], rewrites: true }
      } else if ('optimize' in statement && statement.optimize.length > 0) {
        execution.change = { put: [], remove: [], rewrites: true }
      }
      if (execution.state === 'started') execution.state = 'read'
      return
    }
    if (execution.state !== 'read') return
    if ('vacuum' in statement) this.#expire()
    else this.#commit(execution.change)
    execution.state = 'SUCCEEDED'
  }

  #read(execution: Execution, keys: readonly string[], months: ReadonlySet<string>): void {
    const rows: BatchRow[] = []
    for (const key of keys) {
      const found = this.#rowsOf(key)
      if (!found) {
        this.#fail(execution, `There is no object ${key}.`)
        return
      }
      rows.push(...found.filter(({ createdAt }) => months.has(new Date(createdAt).toISOString().slice(0, 7))))
    }
    const there = new Map((this.current?.rows ?? []).map((row) => [rowKeyText(row), row]))
    const put: BatchRow[] = []
    const remove: BatchRow[] = []
    for (const row of newestRows(rows)) {
      const old = there.get(rowKeyText(row))
      const isNewer = !old || row.rev > old.rev || (row.rev === old.rev && row.values === undefined)
      if (!isNewer) continue
      if (old) remove.push(old)
      if (row.values) put.push(row)
    }
    execution.change = { put, remove }
  }

  #commit({ put, remove, rewrites }: NonNullable<Execution['change']> = { put: [], remove: [] }): void {
    const gone = new Set(remove)
    const rows = [...(this.current?.rows ?? []).filter((row) => !gone.has(row)), ...put]
    this.#made += 1
    // A number, as Iceberg's are.
    const id = String(this.#made)
    this.snapshots.push({ id, at: this.#now(), rows })
    if (rewrites) for (const file of this.files) file.removedBy ??= id
    const written = rewrites ? rows : put
    if (written.length > 0) this.files.push({ rows: written })
  }

  #expire(): void {
    const oldest = this.#now() - this.#snapshotAgeMs
    const kept = this.snapshots.filter((one) => one === this.current || one.at > oldest)
    this.snapshots.splice(0, this.snapshots.length, ...kept)
    // A file goes with the snapshot that took it out: before, an older one that stays may read it.
    const ids = new Set(kept.map(({ id }) => id))
    const files = this.files.filter(({ removedBy }) => removedBy === undefined || ids.has(removedBy))
    this.files.splice(0, this.files.length, ...files)
  }

  #fail(execution: Execution, message: string): void {
    execution.state = 'FAILED'
    execution.message = message
  }
}
