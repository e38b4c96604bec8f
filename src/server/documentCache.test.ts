import { describe, expect, it } from 'vitest'
import { DocumentCache } from './documentCache.js'

describe('the cache of documents', () => {
  it('drops what was used least recently', () => {
    const cache = new DocumentCache<number>(2, 1000)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
    expect(cache.size).toBe(2)
  })

  it('is bounded in characters too', () => {
    const cache = new DocumentCache<number>(1000, 100)
    for (let i = 0; i < 50; i++) cache.set(`text-${String(i).padStart(5, '0')}`, i)
    expect(cache.size).toBe(10)
    expect(cache.get('text-00049')).toBe(49)
    expect(cache.get('text-00039')).toBeUndefined()
  })

  it('counts a text once that is set again', () => {
    const cache = new DocumentCache<number>(10, 100)
    for (let i = 0; i < 30; i++) cache.set('same-text', i)
    cache.set('other', 1)
    expect(cache.get('same-text')).toBe(29)
  })

  it('does not give all its room to one text', () => {
    const cache = new DocumentCache<number>(10, 100)
    cache.set('small', 1)
    cache.set('x'.repeat(11), 2)
    expect(cache.size).toBe(1)
  })
})
