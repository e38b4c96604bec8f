import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasSystemTimeForm } from './systemTimeForm.js'

/** What it stands for, by way of `Date`. */
function reference(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || text.startsWith('0000')) return false
  const millis = Date.parse(text)
  return !Number.isNaN(millis) && new Date(millis).toISOString() === text
}

const number = (length: number) =>
  fc.nat({ max: 10 ** length - 1 }).map((value) => String(value).padStart(length, '0'))
const texts = fc
  .tuple(number(4), number(2), number(2), number(2), number(2), number(2), number(3))
  .map(([y, mo, d, h, mi, s, ms]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`)
const moments = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString())

test('takes every moment, and no text that is none', () => {
  fc.assert(fc.property(moments, (text) => hasSystemTimeForm(text)))
  fc.assert(fc.property(texts, (text) => hasSystemTimeForm(text) === reference(text)))
})

test('takes no text with one character changed, unless it is a moment too', () => {
  fc.assert(
    fc.property(moments, fc.nat(23), fc.constantFrom(...'0459-:.TZ /+x'), (text, at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      expect(hasSystemTimeForm(changed)).toBe(reference(changed))
    }),
  )
})

test.each([
  '2023-02-29',
  '2000-02-29',
  '1900-02-29',
  '2024-02-29',
  '2024-04-31',
  '2024-12-31',
  '2024-13-01',
  '2024-00-10',
])('knows the calendar: %s', (day) => {
  const text = `${day}T00:00:00.000Z`
  expect(hasSystemTimeForm(text)).toBe(reference(text))
})
