import type { Json } from '../../../model/json.js'
import type { ResultType } from '../../../model/types.js'
import { scalarValue } from './scalarValue.js'

/**
 * Reads the JSON text of an array, a row or a map, as Trino writes it, in the port's forms. A parser of its own, because
 * `JSON.parse` would round integers beyond 2^53 and decimals, and keep one only of several fields without a name: Trino
 * writes all fields of a row in their order, so each is known by its position.
 *
 * Throws `SyntaxError` for text that is not of this type.
 */
export function nestedValue(text: string, type: ResultType): Json {
  const reader = new NestedReader(text)
  const value = reader.value(type)
  reader.expectEnd()
  return value
}

/** One token of JSON that is not a bracket: a string, a number, a word. */
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)/y

class NestedReader {
  private at = 0

  constructor(private readonly text: string) {}

  value(type: ResultType): Json {
    switch (type.kind) {
      case 'array':
        if (!this.take('[')) return this.nothing()
        return this.list(']', () => this.value(type.item))
      case 'row': {
        if (!this.take('{')) return this.nothing()
        const fields = this.list('}', (position): readonly [string, Json] => {
          const field = type.fields[position]
          if (!field) throw this.unexpected()
          this.token()
          this.expect(':')
          return [field.name, this.value(field.type)]
        })
        return Object.fromEntries(fields)
      }
      case 'map': {
        if (!this.take('{')) return this.nothing()
        const entries = this.list('}', (): readonly [string, Json] => {
          const key = JSON.parse(this.token()) as string
          this.expect(':')
          return [key, this.value(type.value)]
        })
        return Object.fromEntries(entries)
      }
      case 'scalar':
        return this.scalar(type.name)
    }
  }

  expectEnd(): void {
    if (this.text.slice(this.at).trim() !== '') throw this.unexpected()
  }

  private scalar(type: string): Json {
    const start = this.at
    // A value of the type JSON stands here as itself; the port has it as text.
    if (this.skipNested()) return this.text.slice(start, this.at).trim()
    const token = this.token()
    if (token === 'null') return null
    if (type === 'json') return token
    if (token === 'true') return true
    if (token === 'false') return false
    return scalarValue(token.startsWith('"') ? (JSON.parse(token) as string) : token, type)
  }

  private skipNested(): boolean {
    const skip = () => {
      if (!this.skipNested()) this.token()
    }
    if (this.take('[')) this.list(']', skip)
    else if (this.take('{')) {
      this.list('}', () => {
        this.token()
        this.expect(':')
        skip()
      })
    } else return false
    return true
  }

  private list<T>(end: string, item: (position: number) => T): T[] {
    const items: T[] = []
    if (this.take(end)) return items
    do items.push(item(items.length))
    while (this.take(','))
    this.expect(end)
    return items
  }

  private nothing(): null {
    if (this.token() !== 'null') throw this.unexpected()
    return null
  }

  private token(): string {
    TOKEN.lastIndex = this.at
    const found = TOKEN.exec(this.text)
    if (!found) throw this.unexpected()
    this.at = TOKEN.lastIndex
    return found[1] as string
  }

  private take(character: string): boolean {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1
    if (this.text.charAt(this.at) !== character) return false
    this.at += 1
    return true
  }

  private expect(character: string): void {
    if (!this.take(character)) throw this.unexpected()
  }

  private unexpected(): SyntaxError {
    return new SyntaxError(`A nested value is not of its type at character ${this.at}.`)
  }
}
