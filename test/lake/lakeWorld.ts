import type { BatchFormat } from '../../src/lake/batchFormat.js'
import type { BatchRow } from '../../src/lake/batchRow.js'
import { type LakeTable, lakeTables } from '../../src/model/lakeSchema.js'
import type { Item, ItemTable } from '../../src/ports/itemTable.js'
import type { KeeperContext } from '../../src/runtime/lake/keeperContext.js'
import { DEFAULT_KEEPER_SETTINGS, type KeeperSettings } from '../../src/runtime/lake/keeperContext.js'
import { entity, SHOP, scalar } from '../sql/testShop.js'
import { readRelation } from './lakeReading.js'
import { MemoryBase, modelStatements } from './memoryBase.js'
import { MemoryManifests } from './memoryManifests.js'

/** A project with one small table. */
export const NOTES_MODEL = {
  ...SHOP,
  valueTypes: [],
  entities: [entity('Note', { text: scalar('String') })],
  joinTables: [],
}
export const NOTE_TABLE = lakeTables(NOTES_MODEL)[0] as LakeTable

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Batches as JSON: exact, readable, and quick. */
export const jsonBatches: BatchFormat = {
  encode: (rows) =>
    new TextEncoder().encode(JSON.stringify(rows, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))),
  decode: async (bytes) => decodeBatch(bytes),
}

function decodeBatch(bytes: Uint8Array): readonly BatchRow[] {
  return JSON.parse(new TextDecoder().decode(bytes)) as BatchRow[]
}

/** A lake of one table with everything around it, in memory; every call is one indivisible step. */
export class LakeWorld {
  now = Date.UTC(2026, 10, 21)
  readonly items = new Map<string, Item>()
  readonly objects = new Map<string, Uint8Array>()
  readonly manifests = new MemoryManifests()
  readonly base: MemoryBase
  readonly settings: KeeperSettings
  readonly #monthsOfOne: number

  constructor({
    monthsOfOne = 100,
    ...settings
  }: Partial<KeeperSettings> & { readonly monthsOfOne?: number } = {}) {
    this.settings = { ...DEFAULT_KEEPER_SETTINGS, reservedMs: 0, ...settings }
    this.#monthsOfOne = monthsOfOne
    this.base = new MemoryBase({
      rowsOf: (key) => this.rowsOf(key),
      now: () => this.now,
      snapshotAgeMs: this.settings.snapshotAgeMs,
    })
  }

  readonly clock = { now: () => this.now }

  rowsOf(key: string): readonly BatchRow[] | undefined {
    const bytes = this.objects.get(key)
    return bytes && decodeBatch(bytes)
  }

  readonly table: Pick<ItemTable, 'getMany' | 'scan'> = {
    getMany: async (keys) => keys.map(({ PK }) => this.items.get(PK)),
    scan: async ({ prefix, limit, start }) => {
      const found = [...this.items.values()]
        .filter(({ PK }) => PK.startsWith(prefix) && PK > (start?.PK ?? ''))
        .sort((one, other) => (one.PK < other.PK ? -1 : 1))
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, ...(found.length > limit && last && { next: { PK: last.PK } }) }
    },
  }

  readonly store: KeeperContext['objects'] = {
    put: async (key, body) => void this.objects.set(key, body),
    get: async (key) => this.objects.get(key),
    delete: async (key) => void this.objects.delete(key),
    deleteMany: async (keys) => {
      for (const key of keys) this.objects.delete(key)
    },
    list: async ({ prefix, limit, start }) => {
      // What Iceberg keeps of each snapshot.
      const snapshots = this.base.snapshots.map(({ id }) => `base/note/metadata/snap-${id}-1.avro`)
      const keys = [...this.objects.keys(), ...snapshots]
        .filter((key) => key.startsWith(prefix) && key > (start ?? ''))
        .sort()
      const page = keys.slice(0, limit)
      const last = page.at(-1)
      return {
        objects: page.map((key) => ({ key, size: this.objects.get(key)?.length ?? 0 })),
        ...(keys.length > limit && last !== undefined && { next: last }),
      }
    },
  }

  /** What a keeper works with; `name` makes its random names its own. */
  context(name: string, over: Partial<KeeperContext> = {}): KeeperContext {
    let made = 0
    return {
      manifests: this.manifests,
      objects: this.store,
      sql: this.base,
      statements: modelStatements(this.#monthsOfOne),
      clock: this.clock,
      random: { uuid: () => `${name}${++made}` },
      log: quiet,
      settings: this.settings,
      formatOf: () => jsonBatches,
      sleep: async () => this.base.finish(),
      ...over,
    }
  }

  /** What a query sees that begins and ends now. */
  see(): readonly BatchRow[] {
    return readRelation(this.manifests.of(NOTE_TABLE.name), {
      asOf: (id) => this.base.asOf(id),
      rowsOf: (key) => this.rowsOf(key),
    })
  }
}
