import { describe, expect, it } from 'vitest'
import { matchesJson, matchesText } from './matching.js'

describe('matchesJson', () => {
  it.each([
    [
      { a: 1, b: [2, 'x'] },
      { a: 1, b: [2, 'x'] },
    ],
    [{ id: 'f3' }, { id: '…' }],
    [null, null],
  ])('%j is %j', (actual, expected) => expect(matchesJson(actual, expected)).toBe(true))

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { a: 1, b: '…' }],
    [[1], [1, 2]],
    [[1, 2], [1]],
    [[], {}],
    [null, {}],
    [undefined, '…'],
  ])('%j is not %j', (actual, expected) => expect(matchesJson(actual, expected)).toBe(false))
})

describe('matchesText', () => {
  it.each([
    ['a\nb  \n', 'a\nb'],
    ['in 12 ms', 'in … ms'],
    ['a\nb\nc\nd', 'a\n…\nd'],
    ['a\nd', 'a\n…\nd'],
    ['x 1 y 2 z', 'x … y … z'],
  ])('%j is %j', (actual, expected) => expect(matchesText(actual, expected)).toBe(true))

  it.each([
    ['a\nb', 'a'],
    ['a', 'a\nb'],
    ['in 12 s', 'in … ms'],
    ['ab', 'ab…ab'],
    ['x 2 z', 'x … y … z'],
  ])('%j is not %j', (actual, expected) => expect(matchesText(actual, expected)).toBe(false))
})
