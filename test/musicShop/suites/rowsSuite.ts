import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countItems } from '../items.js'
import { OPEN_TIMEOUT_MS, type Shop } from '../shop.js'
import { ROW_COUNTS, rows } from '../source.js'

const ENTITIES = {
  artist: ['listArtists', 'id name'],
  album: ['listAlbums', 'id title artistId'],
  track: ['listTracks', 'id name albumId mediaTypeId genreId composer milliseconds bytes unitPrice'],
  genre: ['listGenres', 'id name'],
  mediatype: ['listMediaTypes', 'id name'],
  playlist: ['listPlaylists', 'id name'],
  customer: [
    'listCustomers',
    'id firstName lastName company address city state country postalCode phone fax email supportRepId',
  ],
  employee: [
    'listEmployees',
    'id lastName firstName title reportsToId birthDate hireDate address city state country postalCode phone fax email',
  ],
  invoice: [
    'listInvoices',
    `id customerId invoiceDate billingAddress billingCity billingState billingCountry billingPostalCode total createdAt`,
  ],
  invoiceline: ['listInvoiceLines', 'id invoiceId trackId unitPrice quantity'],
} as const

/** All rows of the shop, looked at through a host. */
export function rowsSuite(open: () => Promise<Shop>): void {
  let shop: Shop

  beforeAll(async () => {
    shop = await open()
  }, OPEN_TIMEOUT_MS)
  afterAll(() => shop?.close())

  describe('all 15,607 rows', () => {
    it('are in the files', () => {
      for (const [table, count] of Object.entries(ROW_COUNTS)) {
        expect([table, rows(table as keyof typeof ROW_COUNTS).length]).toEqual([table, count])
      }
      expect(Object.values<number>(ROW_COUNTS).reduce((sum, count) => sum + count)).toBe(15_607)
    })

    it('are in SQL', async () => {
      expect(await shop.sqlCounts()).toEqual(ROW_COUNTS)
    })

    it.each(Object.entries(ENTITIES))(
      'of %s are listed, each field as in its file',
      async (table, [field, selection]) => {
        const listed = await listAll(field, selection)
        const expected = rows(table as keyof typeof ROW_COUNTS)
        const names = selection.split(' ')
        const complete = expected.map((row) =>
          Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
        )
        expect(sortById(listed)).toEqual(sortById(complete))
      },
    )

    it('of playlist_track are in the table, each with its sides', async () => {
      expect(countItems(await shop.readItems())).toEqual({ entities: 6892, relations: 8715, sides: 2 * 8715 })
    })

    it('stay as they are when they are imported again while the backend runs', async () => {
      await shop.importAgain()
      expect(countItems(await shop.readItems())).toEqual({ entities: 6892, relations: 8715, sides: 2 * 8715 })
      expect(await shop.sqlCounts()).toEqual(ROW_COUNTS)
    })
  })

  describe('invoices', () => {
    it('are listed oldest first: their time of creation is that of the sale', async () => {
      const listed = await listAll('listInvoices', 'id createdAt')
      const times = listed.map((invoice) => invoice.createdAt as string)
      expect(times).toEqual([...times].sort())
    })
  })

  async function listAll(field: string, selection: string): Promise<Record<string, unknown>[]> {
    const query = `query ($nextToken: String) {
    ${field}(limit: 250, nextToken: $nextToken) { items { ${selection} } nextToken }
  }`
    const items: Record<string, unknown>[] = []
    let nextToken: string | null = null
    do {
      const data = await shop.data(query, { nextToken })
      const page = data[field] as { items: Record<string, unknown>[]; nextToken: string | null }
      expect(page.items.length).toBeLessThanOrEqual(250)
      items.push(...page.items)
      nextToken = page.nextToken
    } while (nextToken !== null)
    return items
  }
}

function sortById(rows: readonly Readonly<Record<string, unknown>>[]) {
  return [...rows].sort((a, b) => Number(a.id) - Number(b.id))
}
