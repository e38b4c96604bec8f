import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ObjectEntry, ObjectPage, ObjectStore } from '../../src/ports/objectStore.js'

export interface OpenedObjectStore {
  /** An empty store. */
  readonly store: ObjectStore
  close(): Promise<void>
}

/** What every `ObjectStore` does, whatever it is built on. */
export function objectStoreConformance(name: string, open: () => Promise<OpenedObjectStore>): void {
  describe(`${name} is an ObjectStore`, () => {
    let opened: OpenedObjectStore
    let store: ObjectStore

    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened.close())

    const listAll = async (prefix: string, limit: number): Promise<ObjectPage[]> => {
      const pages: ObjectPage[] = []
      let start: string | undefined
      do {
        const page = await store.list({ prefix, limit, ...(start !== undefined && { start }) })
        expect(page.objects.length).toBeLessThanOrEqual(limit)
        pages.push(page)
        if (pages.length > 1000) throw new Error('the pages never end')
        start = page.next
      } while (start !== undefined)
      return pages
    }
    const keys = async (prefix: string, limit = 1000): Promise<string[]> =>
      (await listAll(prefix, limit)).flatMap((page) => page.objects.map(({ key }) => key))

    describe('put and get', () => {
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)

      test.each([
        ['no bytes', new Uint8Array()],
        ['every byte', every],
        ['a part of a longer buffer', new Uint8Array(every.buffer, 7, 11)],
        ['3 MB', Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 31) % 251)],
      ])('%s are read as they were put', async (what, body) => {
        const key = `bytes/${what}`
        await store.put(key, body)
        const read = await store.get(key)
        expect(read).toBeInstanceOf(Uint8Array)
        expect(Buffer.compare(read as Uint8Array, body)).toBe(0)
      })

      test('a put replaces', async () => {
        await store.put('replaced', text('a longer first one'))
        await store.put('replaced', text('second'))
        expect(asText(await store.get('replaced'))).toBe('second')
        expect(await listAll('replaced', 10)).toEqual([{ objects: [{ key: 'replaced', size: 6 }] }])
      })

      test('a missing object is undefined, and does not exist', async () => {
        expect(await store.get('nobody')).toBeUndefined()
        expect(await store.exists('nobody')).toBe(false)
        await store.put('somebody', text('x'))
        expect(await store.exists('somebody')).toBe(true)
        expect(await store.exists('some')).toBe(false)
      })

      test.each([
        ['spaces', 'odd/a b  c.parquet'],
        ['what an address would escape', 'odd/a%20b+c&d=e?f#g.parquet'],
        ['equal signs', 'tables/user/year=2024/month=01/day=02/x.parquet'],
        ['quotes and brackets', `odd/"'<>[]{}.parquet`],
        ['beyond ASCII', 'odd/Zoë \u{1F600}.parquet'],
        ['doubled slashes and dots', 'odd//a/../b/./c'],
        ['1,024 bytes', `odd/${'k'.repeat(1020)}`],
      ])('a key may have %s', async (_what, key) => {
        await store.put(key, text(key))
        expect(asText(await store.get(key))).toBe(key)
        expect(await store.exists(key)).toBe(true)
        expect(await keys(key)).toEqual([key])
        await store.delete(key)
        expect(await store.get(key)).toBeUndefined()
      })

      test('of puts at once on one key one is there, and whole', async () => {
        const bodies = Array.from({ length: 8 }, (_, n) => `${n}`.repeat(10_000))
        await Promise.all(bodies.map((body) => store.put('raced', text(body))))
        expect(bodies).toContain(asText(await store.get('raced')))
      })
    })

    describe('delete', () => {
      test('removes one object, and minds none that is missing', async () => {
        await store.put('gone', text('x'))
        await store.put('gone/not', text('x'))
        await store.delete('gone')
        await store.delete('gone')
        expect(await store.exists('gone')).toBe(false)
        expect(await keys('gone')).toEqual(['gone/not'])
      })

      test('deleteMany removes what it is told, and nothing else', async () => {
        const there = ['many/a', 'many/b', 'many/b&c', 'many/d']
        for (const key of there) await store.put(key, text('x'))
        await store.deleteMany([])
        await store.deleteMany(['many/a', 'many/missing', 'many/b&c', 'many/a'])
        expect(await keys('many/')).toEqual(['many/b', 'many/d'])
      })

      test('deleteMany takes more than a thousand', async () => {
        const names = Array.from({ length: 2050 }, (_, n) => `thousands/${String(n).padStart(4, '0')}`)
        for (let from = 0; from < names.length; from += 50) {
          await Promise.all(names.slice(from, from + 50).map((key) => store.put(key, text('x'))))
        }
        expect(await keys('thousands/')).toEqual(names)
        await store.deleteMany(names.slice(1))
        expect(await keys('thousands/')).toEqual(names.slice(0, 1))
      })
    })

    describe('list', () => {
      /** In the order of their UTF-8 bytes, which differs from that of UTF-16 at the end. */
      const names = ['A', 'Z', 'a', 'a/1', 'a/10', 'a/2', 'ab', 'z', 'é', '\uFFFD', '\u{1F600}']
      const sorted = names.map((key, n): ObjectEntry => ({ key: `list/${key}`, size: n }))

      beforeAll(async () => {
        for (const { key, size } of sorted.toReversed()) await store.put(key, new Uint8Array(size))
        await store.put('lis', text('a stranger'))
        await store.put('list2/a', text('a stranger'))
      })

      test.each([1, 3, 10, 11, 12, 5000])(
        'pages of %i go through all, once each, in the order of the keys',
        async (limit) => {
          const pages = await listAll('list/', limit)
          expect(pages.flatMap((page) => page.objects)).toEqual(sorted)
        },
      )

      test.each([
        ['list/a', ['a', 'a/1', 'a/10', 'a/2', 'ab']],
        ['list/a/', ['a/1', 'a/10', 'a/2']],
        ['list/a/1', ['a/1', 'a/10']],
        ['list/nothing', []],
      ])('a prefix of %j chooses', async (prefix, expected) => {
        for (const limit of [1, 2, 100]) {
          expect(await keys(prefix, limit)).toEqual(expected.map((key) => `list/${key}`))
        }
      })

      test('a page goes on where it stood, also when its last object is gone', async () => {
        for (const key of ['walk/1', 'walk/2', 'walk/3']) await store.put(key, text('x'))
        const first = await store.list({ prefix: 'walk/', limit: 2 })
        await store.delete('walk/2')
        const rest = await store.list({ prefix: 'walk/', limit: 2, start: first.next as string })
        expect(rest).toEqual({ objects: [{ key: 'walk/3', size: 1 }] })
      })
    })
  })
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

function asText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes)
}
