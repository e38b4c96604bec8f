import type { AppendOutcome, LakeBatch, LakeManifest, LakeManifests } from '../../src/ports/lakeManifests.js'

/** Manifests in memory: each call is one indivisible step. */
export class MemoryManifests implements LakeManifests {
  readonly #manifests: Map<string, LakeManifest>
  readonly #room: number

  constructor(room = 500, manifests = new Map<string, LakeManifest>()) {
    this.#room = room
    this.#manifests = manifests
  }

  /** The same manifests, with room for another number of batches. */
  withRoomFor(room: number): MemoryManifests {
    return new MemoryManifests(room, this.#manifests)
  }

  of(table: string): LakeManifest {
    return this.#manifests.get(table) ?? { table, generation: 0, version: 0, batches: [], retired: [] }
  }

  async read(tables: readonly string[]): Promise<ReadonlyMap<string, LakeManifest>> {
    return new Map(tables.map((table) => [table, this.of(table)]))
  }

  async append(table: string, batch: LakeBatch, generation: number): Promise<AppendOutcome> {
    const manifest = this.of(table)
    if (manifest.batches.some(({ key }) => key === batch.key)) return 'added'
    if (manifest.generation !== generation) return 'fenced'
    if (manifest.batches.length >= this.#room) return 'full'
    this.#set({ ...manifest, batches: [...manifest.batches, batch] })
    return 'added'
  }

  async update(
    table: string,
    change: (manifest: LakeManifest) => LakeManifest | undefined,
  ): Promise<LakeManifest | undefined> {
    for (;;) {
      const found = this.of(table)
      const changed = change(found)
      if (!changed) return undefined
      if (this.of(table).version === found.version) return this.#set({ ...changed, version: found.version })
    }
  }

  #set(manifest: LakeManifest): LakeManifest {
    const next = { ...manifest, version: manifest.version + 1 }
    this.#manifests.set(manifest.table, next)
    return next
  }
}
