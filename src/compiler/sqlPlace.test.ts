import fc from 'fast-check'
import { parseConstValue, print } from 'graphql'
import { expect, test } from 'vitest'
import { rawSpan, valueOffsets } from './sqlPlace.js'

test.each([
  ['a plain string', '"SELECT x"', 'x', 'x'],
  ['after an escaped quotation mark', String.raw`"SELECT \"a\" FROM x"`, 'x', 'x'],
  ['an escape itself', String.raw`"a\u0078b"`, 'x', String.raw`\u0078`],
  ['an escape of variable length', String.raw`"a\u{1F600}b"`, 'b', 'b'],
  ['a pair of escapes', String.raw`"\uD83D\uDE00b"`, 'b', 'b'],
  ['a line feed', String.raw`"a\nb"`, '\n', String.raw`\n`],
  ['a block string', '"""SELECT x"""', 'x', 'x'],
  ['an indented block string', '"""\n    SELECT a\n      FROM x\n    """', 'FROM', 'FROM'],
  ['a block string with CRLF', '"""\r\n    SELECT a\r\n      FROM x\r\n    """', 'FROM', 'FROM'],
  ['after three escaped marks', '"""a \\""" x"""', 'x', 'x'],
])('finds %s', (_name, raw, word, written) => {
  const node = parseConstValue(raw)
  if (node.kind !== 'StringValue') throw new Error('not a string')
  const { start, length } = rawSpan(node, raw, node.value.indexOf(word), word.length)
  expect(raw.slice(start, start + length)).toBe(written)
})

test('a place at the end of the value, or past it, is in the literal', () => {
  for (const raw of ['"ab"', '""', '""""""', '"""\n\n"""', '"""\n  ab\n\n  """']) {
    const node = parseConstValue(raw)
    if (node.kind !== 'StringValue') throw new Error('not a string')
    for (const offset of [0, node.value.length, node.value.length + 5]) {
      const { start, length } = rawSpan(node, raw, offset, 1)
      expect(start).toBeGreaterThanOrEqual(0)
      expect(start + length).toBeLessThanOrEqual(raw.length)
    }
  }
})

const LINES = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\t', '"', '\\', '$', '😀', '\n', '\r', '\r\n') }))
  .map((parts) => parts.join(''))

test('every unit of a plain string stands where the map says', () => {
  fc.assert(
    fc.property(LINES, (value) => {
      const raw = print({ kind: 'StringValue', value } as never)
      const offsets = valueOffsets(raw, false)
      expect(offsets).toHaveLength(value.length + 1)
      for (let index = 0; index < value.length; index++) {
        const written = raw[offsets[index] as number]
        expect(written === value[index] || written === '\\').toBe(true)
      }
    }),
  )
})

test('every unit of a block string stands where the map says', () => {
  fc.assert(
    fc.property(LINES, (text) => {
      const raw = `"""${text.replaceAll('"""', '\\"""').replace(/["\\]$/, '')}"""`
      let node: ReturnType<typeof parseConstValue>
      try {
        node = parseConstValue(raw)
      } catch {
        return
      }
      if (node.kind !== 'StringValue') throw new Error('not a string')
      const { value } = node
      const offsets = valueOffsets(raw, true)
      expect(offsets).toHaveLength(value.length + 1)
      for (let index = 0; index < value.length; index++) {
        const written = raw[offsets[index] as number]
        // A line ends where its last character ends, whatever ends it, and whatever blanks are taken away after it.
        if (value[index] !== '\n') expect(written).toBe(value[index])
      }
    }),
    { numRuns: 1000 },
  )
})
