import { type Json, type JsonObject, jsonBytes } from '../../model/json.js'

/** Bytes of a page's items as JSON, as far as they must be known. */
export interface PageSize {
  /** Counts an item; false when the page is larger than it may be with it. */
  add(item: JsonObject): boolean
}

/**
 * Watches a page's size. To count is to write JSON: until the items could be too large at the utmost, they are only
 * estimated.
 */
export function pageSize(maxBytes: number): PageSize {
  let estimated: JsonObject[] | undefined = []
  let atMost = 0
  let bytes = 0
  return {
    add(item) {
      if (estimated) {
        estimated.push(item)
        atMost += mostBytes(item)
        if (atMost <= maxBytes) return true
        bytes = estimated.reduce((sum, one) => sum + jsonBytes(one), 0)
        estimated = undefined
      } else bytes += jsonBytes(item)
      return bytes <= maxBytes
    },
  }
}

/** More than any number, `false` and `null` take, with the comma. */
const PLAIN_BYTES = 26

/** No value's JSON is longer: a character takes six bytes at most, as an escape. */
export function mostBytes(value: Json): number {
  if (typeof value === 'string') return value.length * 6 + 3
  if (typeof value !== 'object' || value === null) return PLAIN_BYTES
  let bytes = 3
  for (const name in value) bytes += name.length * 6 + 3 + mostBytes((value as JsonObject)[name] as Json)
  return bytes
}
