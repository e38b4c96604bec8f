import { readFileSync } from 'node:fs'

export interface Artist {
  readonly id: string
  readonly name: string
}
export interface Album {
  readonly id: string
  readonly title: string
  readonly artistId: string
}
export interface Track {
  readonly id: string
  readonly name: string
  readonly albumId: string
  readonly genreId: string
  readonly mediaTypeId: string
  readonly composer?: string
  readonly milliseconds: number
  readonly bytes: number
  readonly unitPrice: number
}
export interface Named {
  readonly id: string
  readonly name: string
}
export interface Customer {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly country: string
  readonly email: string
}
export interface Employee {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly hireDate: string
}
export interface Invoice {
  readonly id: string
  readonly customerId: string
  readonly invoiceDate: string
  readonly billingCountry: string
  readonly total: number
}
export interface InvoiceLine {
  readonly id: string
  readonly invoiceId: string
  readonly trackId: string
  readonly unitPrice: number
  readonly quantity: number
}
export interface PlaylistTrack {
  readonly playlistId: string
  readonly trackId: string
}

/** Folder of the example: its schema, and its rows in `data/`. */
export const SHOP_FOLDER = new URL('../../examples/music-shop/', import.meta.url)

/** Files of the example with their numbers of rows, as `wc -l` counts them: 15,607 together. */
export const ROW_COUNTS = {
  artist: 275,
  album: 347,
  track: 3503,
  genre: 25,
  mediatype: 5,
  playlist: 18,
  customer: 59,
  employee: 8,
  invoice: 412,
  invoiceline: 2240,
  playlist_track: 8715,
} as const

/** The rows as the files have them, read without any of the product's code. */
export const source = {
  artists: rows<Artist>('artist'),
  albums: rows<Album>('album'),
  tracks: rows<Track>('track'),
  genres: rows<Named>('genre'),
  playlists: rows<Named>('playlist'),
  customers: rows<Customer>('customer'),
  employees: rows<Employee>('employee'),
  invoices: rows<Invoice>('invoice'),
  lines: rows<InvoiceLine>('invoiceline'),
  playlistTracks: rows<PlaylistTrack>('playlist_track'),
}

/** Rows of one file. */
export function rows<Row = Record<string, unknown>>(table: keyof typeof ROW_COUNTS): readonly Row[] {
  const text = readFileSync(new URL(`data/${table}.jsonl`, SHOP_FOLDER), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}
