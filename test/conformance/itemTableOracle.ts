import type { Json } from '../../src/model/json.js'
import type { ItemKey } from '../../src/model/keys.js'
import type { Condition, Item, TransactionResult, Write, WriteResult } from '../../src/ports/itemTable.js'

/** What the port's docstrings say, in the plainest code: a map, and no thought of speed. */
export class ItemTableOracle {
  readonly #items = new Map<string, Item>()

  get(key: ItemKey): Item | undefined {
    return this.#items.get(mapKey(key))
  }

  write(write: Exclude<Write, { kind: 'check' }>): WriteResult {
    const before = this.get(keyOf(write))
    if (!this.#possible(write)) return { ok: false, reason: 'conditionFailed' }
    this.#apply(write)
    if (write.kind === 'update') return { ok: true, after: this.get(write.key) as Item }
    return before ? { ok: true, before } : { ok: true }
  }

  transact(writes: readonly Write[]): TransactionResult {
    const failed = writes.flatMap((write, at) => (this.#possible(write) ? [] : [at]))
    if (failed.length > 0) return { ok: false, reason: 'conditionFailed', failed }
    for (const write of writes) this.#apply(write)
    return { ok: true }
  }

  query(partition: string, sortKeyPrefix = ''): Item[] {
    return this.#sorted('SK').filter((item) => item.PK === partition && item.SK.startsWith(sortKeyPrefix))
  }

  queryIndex(partition: string, sortKeyPrefix = ''): Item[] {
    return this.#sorted('GSI1-SK').filter((item) => {
      const sort = item['GSI1-SK']
      return item['GSI1-PK'] === partition && typeof sort === 'string' && sort.startsWith(sortKeyPrefix)
    })
  }

  scan(prefix: string): Item[] {
    return [...this.#items.values()].filter((item) => item.PK.startsWith(prefix))
  }

  #possible(write: Write): boolean {
    const item = this.get(keyOf(write))
    if (write.kind === 'update' && !item) return false
    return holds(write.condition, item)
  }

  #apply(write: Write): void {
    const key = mapKey(keyOf(write))
    if (write.kind === 'put') this.#items.set(key, structuredClone(write.item))
    if (write.kind === 'delete') this.#items.delete(key)
    if (write.kind !== 'update') return
    const item = structuredClone(this.#items.get(key)) as unknown as Record<string, Json>
    Object.assign(item, structuredClone(write.set ?? {}))
    for (const name of write.remove ?? []) delete item[name]
    for (const [name, value] of Object.entries(write.add ?? {})) {
      item[name] = ((item[name] as number | undefined) ?? 0) + value
    }
    this.#items.set(key, item as unknown as Item)
  }

  #sorted(attribute: string): Item[] {
    return [...this.#items.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(String(a[attribute])), Buffer.from(String(b[attribute]))),
    )
  }
}

function keyOf(write: Write): ItemKey {
  return write.kind === 'put' ? write.item : write.key
}

function mapKey({ PK, SK }: ItemKey): string {
  return JSON.stringify([PK, SK])
}

function holds(condition: Condition | undefined, item: Item | undefined): boolean {
  if (!condition) return true
  if (condition.kind === 'notExists') return !item
  if (!item) return false
  if (condition.kind === 'exists') return true
  return Object.entries(condition.attributes).every(([name, value]) => item[name] === value)
}
