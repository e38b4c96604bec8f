import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256FirstByte } from './sha256FirstByte.js'

const reference = (text: string) => sha256(utf8ToBytes(text))[0]

test('is the first byte of the hash, whatever the text', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.uuid(),
  )
  fc.assert(
    fc.property(texts, (text) => sha256FirstByte(text) === reference(text)),
    { numRuns: 2000 },
  )
})

test.each([0, 1, 31, 32, 54, 55, 56, 57, 63, 64, 65, 119, 120, 256])('of %i bytes', (length) => {
  for (const character of ['a', '~', '\u0000']) {
    const text = character.repeat(length)
    expect(sha256FirstByte(text)).toBe(reference(text))
  }
})

test.each(['é'.repeat(27), 'é'.repeat(28), '😀'.repeat(13), '😀'.repeat(14), `${'a'.repeat(54)}é`])(
  'of %s, whose characters take several bytes',
  (text) => {
    expect(sha256FirstByte(text)).toBe(reference(text))
  },
)
