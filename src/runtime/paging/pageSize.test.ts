import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonObject, jsonBytes } from '../../model/json.js'
import { mostBytes, pageSize } from './pageSize.js'

const items = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()) as fc.Arbitrary<JsonObject>

test('no JSON is longer than what is estimated', () => {
  fc.assert(
    fc.property(items, (item) => {
      expect(mostBytes(item)).toBeGreaterThanOrEqual(jsonBytes(item))
    }),
  )
})

test('a page is full at the item that a count of every byte says', () => {
  fc.assert(
    fc.property(fc.array(items), fc.integer({ min: 0, max: 2000 }), (page, maxBytes) => {
      const size = pageSize(maxBytes)
      let bytes = 0
      for (const item of page) {
        bytes += jsonBytes(item)
        expect(size.add(item)).toBe(bytes <= maxBytes)
      }
    }),
  )
})
