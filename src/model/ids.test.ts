import { expect, test } from 'vitest'
import { isValidId } from './ids.js'

test('isValidId counts UTF-8 bytes and refuses control characters', () => {
  for (const id of ['a', 'a b', 'x'.repeat(256), 'é'.repeat(128), '😀'.repeat(64), '#|:%'])
    expect(isValidId(id)).toBe(true)
  for (const id of [
    '',
    'x'.repeat(257),
    'é'.repeat(129),
    '😀'.repeat(65),
    'a\u0000',
    'a\n',
    '\u007f',
    '\u0085',
    '\ud800',
  ]) {
    expect(isValidId(id)).toBe(false)
  }
})
