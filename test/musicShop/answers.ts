import { type Customer, type Invoice, source, type Track } from './source.js'

/**
 * Every question of the music shop asked a second time: loops over the rows of the files, no SQL and none of the
 * product's code. Money is added up in cents, so that no answer depends on the order of the additions.
 */
export const answers = {
  revenueByCountryAndMonth(from: string, before: string) {
    const inside = source.invoices.filter(({ invoiceDate }) => {
      return invoiceDate >= `${from}T00:00:00.000Z` && invoiceDate < `${before}T00:00:00.000Z`
    })
    const groups = groupBy(inside, (one) => `${one.billingCountry}|${one.invoiceDate.slice(0, 7)}`)
    return [...groups.values()]
      .map((group) => {
        const { billingCountry, invoiceDate } = group[0] as Invoice
        return { country: billingCountry, month: firstOfMonth(invoiceDate), ...countAndRevenue(group) }
      })
      .sort(by('country', 'month'))
  },

  revenueByPeriod(period: 'YEAR' | 'QUARTER' | 'MONTH') {
    const groups = groupBy(source.invoices, ({ invoiceDate }) => startOf(period, invoiceDate))
    return [...groups].map(([starts, group]) => ({ starts, ...countAndRevenue(group) })).sort(by('starts'))
  },

  revenueOfYear(year: number) {
    const inside = source.invoices.filter(({ invoiceDate }) => yearOf(invoiceDate) === year)
    return inside.length === 0 ? null : money(inside)
  },

  runningRevenue(year: number) {
    const found = []
    let soFar = 0
    for (let month = 1; month <= 12; month++) {
      const sales = source.invoices.filter(({ invoiceDate }) => {
        return yearOf(invoiceDate) === year && Number(invoiceDate.slice(5, 7)) === month
      })
      if (sales.length === 0) continue
      soFar += cents(sales)
      found.push({ month, revenue: money(sales), soFar: soFar / 100 })
    }
    return found
  },

  bestSellingArtists(top: number) {
    const sales = new Map<string, { tracksSold: number; cents: number }>()
    for (const line of source.lines) {
      const artistId = albumOf(trackOf(line.trackId)).artistId
      const sale = sales.get(artistId) ?? { tracksSold: 0, cents: 0 }
      sale.tracksSold += line.quantity
      sale.cents += Math.round(line.unitPrice * 100) * line.quantity
      sales.set(artistId, sale)
    }
    return [...sales]
      .map(([artistId, { tracksSold, cents }]) => {
        return { artistId, name: artistOf(artistId).name, tracksSold, revenue: cents / 100 }
      })
      .sort(by((a, b) => b.tracksSold - a.tracksSold, 'name'))
      .slice(0, top)
  },

  playlistsByLength() {
    return source.playlists
      .map(({ id, name }) => {
        const tracks = tracksOn(id)
        const milliseconds = tracks.reduce((sum, track) => sum + track.milliseconds, 0)
        return { playlistId: id, name, tracks: tracks.length, minutes: Math.floor(milliseconds / 60_000) }
      })
      .sort(by((a, b) => b.tracks - a.tracks, 'playlistId'))
  },

  customersWhoBought(genre: string) {
    const found = []
    for (const customer of source.customers) {
      const bought = source.lines.filter((line) => {
        return (
          invoiceOf(line.invoiceId).customerId === customer.id && genreOf(trackOf(line.trackId)) === genre
        )
      })
      if (bought.length === 0) continue
      const dates = bought.map((line) => invoiceOf(line.invoiceId).invoiceDate).sort()
      found.push({ customer, tracks: bought.length, lastPurchase: dates.at(-1) })
    }
    return found
      .sort(
        by(
          (a, b) => b.tracks - a.tracks,
          (a, b) => compare(a.customer.lastName, b.customer.lastName),
          (a, b) => compare(a.customer.id, b.customer.id),
        ),
      )
      .map(({ customer, tracks, lastPurchase }) => {
        const { id, email, country } = customer
        return { customerId: id, name: fullName(customer), email, country, tracks, lastPurchase }
      })
  },

  tracksNeverSold(genres: readonly string[]) {
    const sold = new Set(source.lines.map((line) => line.trackId))
    return source.tracks
      .filter((track) => genres.includes(genreOf(track)) && !sold.has(track.id))
      .map((track) => {
        return { trackId: track.id, name: track.name, genre: genreOf(track), unitPrice: track.unitPrice }
      })
      .sort(by('genre', 'name', 'trackId'))
  },

  customerRanks(country?: string) {
    const spent = source.customers
      .filter((customer) => country === undefined || customer.country === country)
      .map((customer) => ({ customer, cents: cents(invoicesOf(customer)) }))
    return spent
      .map(({ customer, cents }) => {
        const rivals = spent.filter((other) => other.customer.country === customer.country)
        const ofCountry = rivals.reduce((sum, rival) => sum + rival.cents, 0)
        return {
          country: customer.country,
          place: 1 + rivals.filter((rival) => rival.cents > cents).length,
          customerId: customer.id,
          name: fullName(customer),
          revenue: cents / 100,
          percentOfCountry: Math.round((1000 * cents) / ofCountry) / 10,
        }
      })
      .sort(by('country', (a, b) => a.place - b.place, 'customerId'))
  },

  bestCustomer(country: string) {
    const ranked = source.customers
      .filter((customer) => customer.country === country)
      .map((customer) => {
        const { id, firstName, lastName } = customer
        return { customerId: id, firstName, lastName, ...countAndRevenue(invoicesOf(customer)) }
      })
      .sort(by((a, b) => b.revenue - a.revenue, 'customerId'))
    return ranked[0] ?? null
  },

  recentInvoices(days: number, before: string) {
    const end = Date.parse(before)
    return source.invoices
      .filter(({ invoiceDate }) => {
        const time = Date.parse(invoiceDate)
        return time < end && time >= end - days * DAY
      })
      .map((invoice) => {
        const customer = source.customers.find(({ id }) => id === invoice.customerId) as Customer
        return {
          invoiceId: invoice.id,
          invoiceDate: invoice.invoiceDate,
          customer: fullName(customer),
          total: invoice.total,
          daysAgo: Math.floor((end - Date.parse(invoice.invoiceDate)) / DAY),
        }
      })
      .sort(by((a, b) => compare(b.invoiceDate, a.invoiceDate), 'invoiceId'))
  },

  searchTracks(pattern: string, limit: number) {
    return source.tracks
      .filter((track) => isLike(track.name.toLowerCase(), `%${pattern.toLowerCase()}%`))
      .map((track) => {
        const album = albumOf(track)
        const artist = artistOf(album.artistId)
        return { trackId: track.id, name: track.name, album: album.title, artist: artist.name }
      })
      .sort(by('name', 'trackId'))
      .slice(0, limit)
  },

  boughtTogether(trackId: string, top: number) {
    const counts = new Map<string, Set<string>>()
    for (const mine of source.lines) {
      if (mine.trackId !== trackId) continue
      for (const other of source.lines) {
        if (other.invoiceId !== mine.invoiceId || other.trackId === trackId) continue
        counts.set(other.trackId, (counts.get(other.trackId) ?? new Set()).add(mine.invoiceId))
      }
    }
    return [...counts]
      .map(([id, invoices]) => ({ trackId: id, name: trackOf(id).name, invoices: invoices.size }))
      .sort(by((a, b) => b.invoices - a.invoices, 'name', 'trackId'))
      .slice(0, top)
  },

  playlistsWithTrack(trackId: string) {
    const ids = source.playlistTracks
      .filter((pair) => pair.trackId === trackId)
      .map((pair) => pair.playlistId)
    return source.playlists
      .filter(({ id }) => ids.includes(id))
      .sort(by('name', 'id'))
      .map(({ name }) => name)
  },

  countries() {
    return [...new Set(source.customers.map((customer) => customer.country))].sort(compare)
  },

  hireAnniversaries(on: string) {
    return source.employees
      .filter(({ hireDate }) => hireDate.slice(0, 10) <= on)
      .map((employee) => {
        const hired = employee.hireDate.slice(0, 10)
        const birthdayPassed = hired.slice(5) <= on.slice(5)
        const years = yearOf(on) - yearOf(hired) - (birthdayPassed ? 0 : 1)
        const next = `${yearOf(hired) + years + 1}${hired.slice(4)}`
        return { employeeId: employee.id, name: fullName(employee), years, next }
      })
      .sort(by('next', 'employeeId'))
  },
}

const DAY = 24 * 60 * 60 * 1000

/** Orders texts as SQL does on every engine: by code points, which is the order of their UTF-8 bytes. */
export function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** LIKE without an escape character. */
function isLike(value: string, pattern: string): boolean {
  if (pattern === '') return value === ''
  if (pattern[0] === '%') {
    const rest = pattern.slice(1)
    for (let skipped = 0; skipped <= value.length; skipped++) {
      if (isLike(value.slice(skipped), rest)) return true
    }
    return false
  }
  return (
    value !== '' &&
    (pattern[0] === '_' || pattern[0] === value[0]) &&
    isLike(value.slice(1), pattern.slice(1))
  )
}

type Order<Row> = (a: Row, b: Row) => number

/** Orders by several things in turn; the name of a field orders by its text. */
function by<Row>(...orders: readonly (Order<Row> | (keyof Row & string))[]): Order<Row> {
  return (a, b) => {
    for (const order of orders) {
      const result = typeof order === 'function' ? order(a, b) : compare(String(a[order]), String(b[order]))
      if (result !== 0) return result
    }
    return 0
  }
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}

function countAndRevenue(invoices: readonly Invoice[]) {
  return { invoices: invoices.length, revenue: money(invoices) }
}

function money(invoices: readonly Invoice[]): number {
  return cents(invoices) / 100
}

function cents(invoices: readonly Invoice[]): number {
  return invoices.reduce((sum, invoice) => sum + Math.round(invoice.total * 100), 0)
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4))
}

function firstOfMonth(date: string): string {
  return `${date.slice(0, 7)}-01T00:00:00.000Z`
}

function startOf(period: 'YEAR' | 'QUARTER' | 'MONTH', date: string): string {
  if (period === 'MONTH') return firstOfMonth(date)
  const month = Number(date.slice(5, 7))
  const first = period === 'YEAR' ? 1 : month - ((month - 1) % 3)
  return `${date.slice(0, 4)}-${String(first).padStart(2, '0')}-01T00:00:00.000Z`
}

function fullName(person: { readonly firstName: string; readonly lastName: string }): string {
  return `${person.firstName} ${person.lastName}`
}

const trackById = new Map(source.tracks.map((track) => [track.id, track]))
const albumById = new Map(source.albums.map((album) => [album.id, album]))
const artistById = new Map(source.artists.map((artist) => [artist.id, artist]))
const genreById = new Map(source.genres.map((genre) => [genre.id, genre]))
const invoiceById = new Map(source.invoices.map((invoice) => [invoice.id, invoice]))

function trackOf(id: string) {
  return found(trackById, id)
}

function albumOf(track: Track) {
  return found(albumById, track.albumId)
}

function artistOf(id: string) {
  return found(artistById, id)
}

/** Name of a track's genre. */
export function genreOf(track: Track): string {
  return found(genreById, track.genreId).name
}

function invoiceOf(id: string) {
  return found(invoiceById, id)
}

function invoicesOf(customer: Customer): Invoice[] {
  return source.invoices.filter(({ customerId }) => customerId === customer.id)
}

/** Tracks on a playlist, in the order of the file. */
export function tracksOn(playlistId: string): Track[] {
  return source.playlistTracks
    .filter((pair) => pair.playlistId === playlistId)
    .map((pair) => trackOf(pair.trackId))
}

function found<Value>(byId: ReadonlyMap<string, Value>, id: string): Value {
  const value = byId.get(id)
  if (value === undefined) throw new Error(`The source files refer to ${id}, which they do not have.`)
  return value
}
