/** Keeps the values of the texts that were used last, bounded in entries and in the texts' lengths. */
export class DocumentCache<Value> {
  readonly #maxEntries: number
  readonly #maxChars: number
  /** In the order of use, the oldest first. */
  readonly #entries = new Map<string, Value>()
  #chars = 0
  /** The text that was used last: it is in its place, and most requests of a busy time are the same. */
  #newest = ''

  constructor(maxEntries: number, maxChars: number) {
    this.#maxEntries = maxEntries
    this.#maxChars = maxChars
  }

  get size(): number {
    return this.#entries.size
  }

  get(text: string): Value | undefined {
    const value = this.#entries.get(text)
    if (value === undefined || text === this.#newest) return value
    this.#entries.delete(text)
    this.#entries.set(text, value)
    this.#newest = text
    return value
  }

  /** Keeps a value, and drops the least recently used ones for it. A text that fills over a tenth of the room is not kept. */
  set(text: string, value: Value): void {
    if (text.length > this.#maxChars / 10) return
    if (this.#entries.delete(text)) this.#chars -= text.length
    this.#entries.set(text, value)
    this.#newest = text
    this.#chars += text.length
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#chars <= this.#maxChars) break
      this.#entries.delete(oldest)
      this.#chars -= oldest.length
    }
  }
}
