import { type BatchRow, GONE_REV, rowKeyText, tombstoneOf } from '../../src/lake/batchRow.js'
import { entityKey } from '../../src/model/keys.js'
import type { Change, ChangeImage } from '../../src/ports/changes.js'
import type { Item } from '../../src/ports/itemTable.js'
import type { LakeManifests } from '../../src/ports/lakeManifests.js'
import { batchProjector } from '../../src/runtime/changes/batchProjector.js'
import type { KeeperContext, KeeperSettings } from '../../src/runtime/lake/keeperContext.js'
import { keepTable, manifestOf, step } from '../../src/runtime/lake/keepTable.js'
import { mergeBatches } from '../../src/runtime/lake/mergeBatches.js'
import { rebuildLake } from '../../src/runtime/lake/rebuildLake.js'
import { removeRetired } from '../../src/runtime/lake/retire.js'
import { entityItem } from '../sql/testShop.js'
import { relationRows } from './lakeReading.js'
import { jsonBatches, LakeWorld, NOTE_TABLE, NOTES_MODEL } from './lakeWorld.js'
import { type System, Turns } from './scheduler.js'

/** Parts of the protocol that a test takes away, to see that they are needed. */
export interface Mutations {
  /** Batches get in whatever the generation is. */
  readonly noFence?: boolean
  /** Queries read the base as it is by then. */
  readonly noPin?: boolean
  /** A keeper drops the work that it finds, and begins its own. */
  readonly noWaiting?: boolean
  /** Merges leave the generation as it is. */
  readonly noFenceOfMerges?: boolean
  /** Old snapshots go by their age alone. */
  readonly noVacuumPause?: boolean
  /** A purge leaves alone the objects that nobody came to name. */
  readonly noLeftovers?: boolean
}

const CREATED_AT = '2024-05-06T07:08:09.010Z'

/** What a projection that has ended makes true for every later query. */
interface Fact {
  readonly row?: BatchRow
  readonly gone: readonly BatchRow[]
}

/** What a query that begins now is held against. */
interface View {
  readonly facts: readonly Fact[]
  readonly removed: ReadonlySet<string>
  readonly states: ReadonlySet<string>
}

/**
 * Processes around one small lake, each of which runs the product's own code, call by call. What must hold is checked at each
 * query's end: it has seen each row whose change was projected before it began once, none that was gone, and found every
 * object and snapshot that it was told of.
 */
export class LakeProcesses implements System {
  readonly turns = new Turns()
  readonly world: LakeWorld
  readonly mutations: Mutations
  readonly #feed: Change[] = []
  readonly #facts: Fact[] = []
  /** Every state that an item has had, and the lives that have ended. */
  readonly #states = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #problems: string[] = []
  #queries = 0
  #projections = 0
  readonly #watched: { readonly state: () => unknown; readonly problems: () => readonly string[] }[] = []

  constructor(
    mutations: Mutations = {},
    settings: Partial<KeeperSettings> & { readonly monthsOfOne?: number } = {},
  ) {
    this.mutations = mutations
    this.world = new LakeWorld({
      mergeFanIn: 2,
      foldAfterMs: Number.POSITIVE_INFINITY,
      vacuumEveryMs: Number.POSITIVE_INFINITY,
      ...settings,
    })
    // Every statement is a process of its own: it reads, and later it commits.
    this.world.base.onStart = (execution) => {
      const name = `statement ${execution.id}`
      for (const label of ['reads', 'commits']) {
        this.#run(
          name,
          this.turns.take(name, label, () => this.world.base.proceed(execution)),
        )
      }
    }
  }

  /** Changes that are in the feed, projected and folded before the processes begin. */
  async folded(...changes: readonly Change[]): Promise<this> {
    const onStart = this.world.base.onStart
    delete this.world.base.onStart
    const { world } = this
    for (const change of changes) await this.projected(change)
    await keepTable(
      { ...world.context('before'), settings: { ...world.settings, mergeFanIn: 100 } },
      NOTE_TABLE,
      {
        wanted: 'fold',
      },
    )
    // Its batches are not what the test is about.
    await world.manifests.update('note', (one) => ({ ...one, retired: [] }))
    world.objects.clear()
    if (onStart) world.base.onStart = onStart
    return this
  }

  /** Changes that are in the feed and projected before the processes begin, each as a batch of its own. */
  async projected(...changes: readonly Change[]): Promise<this> {
    const { world } = this
    for (const change of changes) {
      this.#facts.push(...this.#begun([this.#feed.push(change) - 1]).fact)
      const context = world.context(`before ${this.#feed.length}-`)
      const parts = { ...context, model: NOTES_MODEL, table: world.table, formatOf: () => jsonBatches }
      await batchProjector(parts).projectAll([[change]])
    }
    return this
  }

  /** A keeper that has started a fold's statement, and was never heard of again. */
  async deadKeeper(): Promise<this> {
    const context = this.world.context('dead')
    const present = () => this.world.manifests.of('note')
    while (present().lease?.statement?.executionId === undefined) {
      await step(context, NOTE_TABLE, present(), true)
    }
    return this
  }

  /** A change that is in the feed before the processes begin. */
  happened(change: Change): this {
    this.#feed.push(change)
    return this
  }

  /** Writes items: each of the steps at a time of the scheduler's choice. */
  writer(name: string, ...steps: readonly (() => Change)[]): void {
    const writes = steps.map((write, at) =>
      this.turns.take(name, `write ${at}`, () => void this.#feed.push(write())),
    )
    this.#run(name, Promise.all(writes))
  }

  create(id: string, incarnation: string): Change {
    const item = { ...entityItem('note', id, { createdAt: CREATED_AT }), _incarnation: incarnation }
    this.world.items.set(item.PK, item)
    this.#states.add(stateText(rowOf(item)))
    return { key: entityKey('note', id), new: imageOf(item) }
  }

  update(id: string): Change {
    const old = this.#item(id)
    const item = { ...old, _rev: Number(old._rev) + 1 }
    this.world.items.set(item.PK, item)
    this.#states.add(stateText(rowOf(item)))
    return { key: entityKey('note', id), old: imageOf(old), new: imageOf(item) }
  }

  remove(id: string): Change {
    const old = this.#item(id)
    this.world.items.delete(old.PK)
    this.#removed.add(rowKeyText(rowOf(old)))
    return { key: entityKey('note', id), old: imageOf(old) }
  }

  /** Projects changes of the feed, by their numbers, once they are there. */
  projector(name: string, ...numbers: readonly number[]): void {
    this.#run(name, this.#project(name, numbers))
  }

  /** A projector whose batch is added once more at any later time. */
  lateProjector(name: string, ...numbers: readonly number[]): void {
    this.#run(name, this.#project(name, numbers, { isLate: true }))
  }

  /** A projector that has had its first look at the manifest before the processes begin, and breaks off when it is fenced. */
  brokenProjector(name: string, ...numbers: readonly number[]): void {
    this.#run(name, this.#project(name, numbers, { isBroken: true }))
  }

  async #project(
    name: string,
    numbers: readonly number[],
    { isLate = false, isBroken = false } = {},
  ): Promise<void> {
    const isThere = () => numbers.every((one) => this.#feed[one] !== undefined)
    const { manifests } = this.world
    // It begins with its first look at the manifest: one step, since it does nothing else before.
    const begin = async () => {
      this.#projections += 1
      return { ...this.#begun(numbers), read: await manifests.read(['note']) }
    }
    const first = await (isBroken ? begin() : this.turns.take(name, 'begins', begin, isThere))
    let isFirst = true
    const target = this.#rawManifests()
    const gated = this.turns.gated(name, 'manifests', target)
    const projector = batchProjector({
      model: NOTES_MODEL,
      table: this.turns.gated(name, 'table', this.world.table),
      objects: this.world.store,
      manifests: {
        append: async (table, batch, generation) => {
          const outcome = await gated.append(table, batch, generation)
          if (isBroken && outcome !== 'added') {
            this.#projections -= 1
            this.turns.kill(name)
            return new Promise(() => undefined)
          }
          // A call whose answer was lost is made again, and nobody knows that it has taken effect.
          if (isLate) {
            const again = `${name}, late`
            this.#run(
              again,
              this.turns.take(again, 'append', () => target.append(table, batch, generation)),
            )
          }
          return outcome
        },
        async read(tables) {
          if (!isFirst) return gated.read(tables)
          isFirst = false
          return first.read
        },
      },
      clock: this.world.clock,
      random: this.world.context(name).random,
      formatOf: () => jsonBatches,
    })
    const keys = [...new Set(first.changes.map(({ key }) => key.PK))]
    const groups = keys.map((PK) => first.changes.filter(({ key }) => key.PK === PK))
    const errors = await projector.projectAll(groups)
    if (errors.some((error) => error !== undefined))
      this.#problems.push(`${name} failed: ${String(errors[0])}`)
    else this.#facts.push(...first.fact)
    this.#projections -= 1
  }

  #begun(numbers: readonly number[]): { readonly changes: Change[]; readonly fact: Fact[] } {
    const changes = numbers.map((one) => this.#feed[one] as Change)
    const fact = changes.map(({ key, old, new: current }): Fact => {
      const item = this.world.items.get(key.PK)
      const lives = [old, current].flatMap((image) => (image ? [lifeOf(key.PK, image)] : []))
      return {
        ...(item && { row: rowOf(item) }),
        gone: lives.filter(({ incarnation }) => incarnation !== item?._incarnation),
      }
    })
    return { changes, fact }
  }

  /** Folds what is there when it begins, and takes up what another keeper has left. */
  keeper(name: string): void {
    this.#run(name, this.#keep(name))
  }

  async #keep(name: string): Promise<void> {
    const present = () => this.world.manifests.of('note')
    let manifest = await this.turns.take(name, 'begins', present, () => present().batches.length > 0)
    const upTo = manifest.generation
    const context = this.context(name)
    let hasDropped = false
    for (; ; manifest = await manifestOf(context, NOTE_TABLE)) {
      // There is somebody for that.
      if (manifest.lease?.work === 'vacuum') return
      const isOthers = manifest.lease !== undefined && !manifest.lease.owner.startsWith(name)
      if (isOthers && this.mutations.noWaiting && !hasDropped) {
        hasDropped = true
        await context.manifests.update('note', ({ lease: _, ...rest }) => rest)
        continue
      }
      const isWanted = manifest.batches.some(({ generation }) => generation <= upTo)
      const state = await step(context, NOTE_TABLE, manifest, isWanted)
      if (state === 'idle') return
      if (state === 'waiting') {
        await this.turns.take(
          name,
          'waits',
          () => undefined,
          () => this.world.base.running.length === 0,
        )
      }
    }
  }

  /** Merges small batches once, when there are two. */
  merger(name: string): void {
    const isDue = () => this.world.manifests.of('note').batches.length >= 2
    const merge = async () => {
      await this.turns.take(name, 'begins', () => undefined, isDue)
      await mergeBatches(this.context(name), NOTE_TABLE)
    }
    this.#run(name, merge())
  }

  /** Lets the longest query time pass, once no query is running, and removes what was retired. */
  cleaner(name: string, { ms = this.world.settings.queryMs }: { readonly ms?: number } = {}): void {
    const clean = async () => {
      await this.turns.take(
        name,
        'time passes',
        () => {
          this.world.now += ms
        },
        // A query ends in time, unless it has none.
        () => (this.#queries === 0 || ms === 0) && this.world.manifests.of('note').retired.length > 0,
      )
      await removeRetired(this.context(name), 'note')
    }
    this.#run(name, clean())
  }

  /** Makes the lake again from the items. */
  rebuilder(name: string): void {
    const own = this.context(name)
    const nobodyWorks = () => !this.world.manifests.of('note').lease
    const context = {
      ...own,
      items: this.turns.gated(name, 'table', this.world.table),
      sleep: () => this.turns.take(name, 'waits', () => undefined, nobodyWorks),
    }
    this.#run(name, rebuildLake(context, [NOTE_TABLE]))
  }

  /** Removes old snapshots, if that is allowed once something was folded. */
  vacuumer(name: string): void {
    const present = () => this.world.manifests.of('note')
    const since = present().foldedAt
    const before = present().vacuumedAt
    const vacuum = async () => {
      const own = this.context(name)
      const context = { ...own, settings: { ...own.settings, vacuumEveryMs: 0 } }
      let manifest = await this.turns.take(name, 'begins', present, () => present().foldedAt !== since)
      const isDone = () => manifest.vacuumedAt !== before
      for (
        let state = 'moved';
        state !== 'idle' && !isDone();
        manifest = await manifestOf(context, NOTE_TABLE)
      ) {
        if (manifest.lease && manifest.lease.work !== 'vacuum') return
        state = await step(context, NOTE_TABLE, manifest)
        if (state === 'waiting') {
          await this.turns.take(
            name,
            'waits',
            () => undefined,
            () => this.world.base.running.length === 0,
          )
        }
      }
    }
    this.#run(name, vacuum())
  }

  /** Dies at any moment. */
  death(name: string, of: string): void {
    this.#run(
      name,
      this.turns.take(
        name,
        `kills ${of}`,
        () => this.turns.kill(of),
        () => !this.turns.hasEnded(of),
      ),
    )
  }

  /** A process that is told elsewhere. */
  process(name: string, steps: Promise<unknown>): void {
    this.#run(name, steps)
  }

  /** Something that is a part of the state from now on, and what is wrong with it. */
  watch(watched: { readonly state: () => unknown; readonly problems: () => readonly string[] }): void {
    this.#watched.push(watched)
  }

  /** Whether nobody is at something that has to end within the longest time. */
  get isQuiet(): boolean {
    return this.#queries === 0 && this.#projections === 0
  }

  query(name: string): void {
    this.#run(name, this.#query(name))
  }

  /** A query that has looked at the manifest before the processes begin. */
  begunQuery(name: string): void {
    this.#run(name, this.#query(name, true))
  }

  async #query(name: string, hasBegun = false): Promise<void> {
    const { world } = this
    const begin = () => {
      this.#queries += 1
      return { manifest: world.manifests.of('note'), view: this.#view() }
    }
    const { manifest, view } = hasBegun ? begin() : await this.turns.take(name, 'manifest', begin)
    const base = await this.turns.take(name, 'base', () => {
      if (manifest.snapshot === undefined) return []
      if (this.mutations.noPin) return world.base.current?.rows ?? []
      return world.base.asOf(manifest.snapshot) ?? this.#problem('the snapshot is gone')
    })
    const hot: BatchRow[] = []
    for (const { key } of manifest.batches) {
      const read = () => world.rowsOf(key) ?? this.#problem('an object is gone')
      hot.push(...(await this.turns.take(name, `object ${key.slice(key.lastIndexOf('/'))}`, read)))
    }
    this.#queries -= 1
    this.#problems.push(...problemsOf(relationRows(base, hot), view))
  }

  #view(): View {
    return { facts: [...this.#facts], removed: new Set(this.#removed), states: this.#states }
  }

  context(name: string): KeeperContext {
    const context = this.world.context(name)
    return {
      ...context,
      manifests: this.#manifests(name),
      // Nobody notices an object that nothing names yet.
      objects: this.turns.gated(name, 'objects', context.objects, ['put']),
      sql: this.turns.gated(name, 'sql', this.world.base),
    }
  }

  #manifests(name: string): LakeManifests {
    return this.turns.gated(name, 'manifests', this.#rawManifests())
  }

  #rawManifests(): LakeManifests {
    const { manifests } = this.world
    const { noFence, noFenceOfMerges, noVacuumPause } = this.mutations
    return {
      read: (tables) => manifests.read(tables),
      append: (table, batch, generation) =>
        manifests.append(table, batch, noFence ? manifests.of(table).generation : generation),
      update: (table, change) =>
        manifests.update(table, (one) => {
          const changed = change(one)
          if (!changed) return undefined
          const { vacuumAfter, ...rest } = changed
          const isMerge = changed.generation > one.generation && changed.lease === one.lease
          return {
            ...rest,
            ...(vacuumAfter !== undefined && !noVacuumPause && { vacuumAfter }),
            ...(noFenceOfMerges && isMerge && { generation: one.generation }),
          }
        }),
    }
  }

  state(): string {
    const { manifests, objects, base, items, now } = this.world
    return JSON.stringify(
      [
        manifests.of('note'),
        // What is in them too: who wrote them may be gone, and with it the memory of what it had read.
        [...objects].map(([key, bytes]) => `${key} ${new TextDecoder().decode(bytes)}`).sort(),
        base.snapshots,
        base.executions,
        [...items.values()],
        now,
        this.#facts.map((one) => JSON.stringify(one)).sort(),
        this.#problems,
        this.#queries,
        ...this.#watched.map(({ state }) => state()),
      ],
      (_, one) => (typeof one === 'bigint' ? `${one}n` : one),
    )
  }

  /** A query that begins now, and ends before anything else happens, is right. */
  check(): void {
    if (this.#problems.length === 0) this.#problems.push(...problemsOf(this.world.see(), this.#view()))
    for (const { problems } of this.#watched) this.#problems.push(...problems())
    if (this.#problems.length > 0) throw new Error(this.#problems[0])
  }

  checkEnd(): void {
    // Some have nothing to begin with.
    const idle = /^(begins|time passes|kills )/
    const stuck = this.turns.waiting().filter(({ label }) => !idle.test(label))
    if (stuck.length > 0) throw new Error(`Some are stuck: ${stuck.map(({ process }) => process).join(', ')}`)
  }

  #item(id: string): Item {
    const item = this.world.items.get(`note#${id}`)
    if (!item) throw new Error(`There is no item ${id}.`)
    return item
  }

  #problem(text: string): never {
    this.#problems.push(text)
    throw new Error(text)
  }

  #run(name: string, process: Promise<unknown>): void {
    process.then(
      () => this.turns.end(name),
      (error: unknown) => void this.#problems.push(`${name} threw ${String(error)}`),
    )
  }
}

function problemsOf(
  rows: readonly BatchRow[],
  {
    facts,
    removed,
    states,
  }: {
    readonly facts: readonly Fact[]
    readonly removed: ReadonlySet<string>
    readonly states: ReadonlySet<string>
  },
): string[] {
  const problems: string[] = []
  const seen = new Map<string, BatchRow>()
  for (const row of rows) {
    const key = rowKeyText(row)
    if (seen.has(key)) problems.push(`a row is there twice: ${stateText(row)}`)
    seen.set(key, row)
    if (!states.has(stateText(row))) problems.push(`a row that never was: ${stateText(row)}`)
  }
  for (const { row, gone } of facts) {
    for (const one of gone) {
      if (seen.has(rowKeyText(one))) problems.push(`a row that is gone: ${stateText(one)}`)
    }
    if (!row || removed.has(rowKeyText(row))) continue
    const found = seen.get(rowKeyText(row))
    if (!found) problems.push(`a row is missing: ${stateText(row)}`)
    else if (found.rev < row.rev) problems.push(`an old row: ${stateText(found)}, not ${stateText(row)}`)
  }
  return problems
}

function stateText({ id, incarnation, rev }: BatchRow): string {
  return `${id} ${incarnation} ${rev === GONE_REV ? 'gone' : rev}`
}

function rowOf(item: Item): BatchRow {
  const { id, createdAt, _incarnation: incarnation, _rev: rev } = item
  return {
    id: String(id),
    createdAt: Date.parse(String(createdAt)),
    incarnation: String(incarnation),
    rev: Number(rev),
  }
}

function imageOf(item: Item): ChangeImage {
  const { incarnation, rev } = rowOf(item)
  return { entityType: 'note', createdAt: String(item.createdAt), incarnation, rev }
}

function lifeOf(PK: string, { createdAt, incarnation }: ChangeImage): BatchRow {
  return tombstoneOf({ id: PK.slice('note#'.length), createdAt: Date.parse(createdAt), incarnation })
}
