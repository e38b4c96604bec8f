import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answers } from '../answers.js'
import { OPEN_TIMEOUT_MS, type Shop, until } from '../shop.js'

/** Each statement of the shop, asked of a host. */
export function statementsSuite(open: () => Promise<Shop>): void {
  let shop: Shop

  beforeAll(async () => {
    shop = await open()
  }, OPEN_TIMEOUT_MS)
  afterAll(() => shop?.close())

  describe('each question of the shop has the answer that its files give', () => {
    it.each([
      ['2021-01-01', '2026-01-01'],
      ['2022-02-15', '2022-08-15'],
      ['2019-01-01', '2020-01-01'],
    ])('revenueByCountryAndMonth from %s before %s', async (from, before) => {
      const expected = answers.revenueByCountryAndMonth(from, before)
      expect(await shop.ask('revenueByCountryAndMonth', { from, before })).toEqual(expected)
    })

    it.each(['YEAR', 'QUARTER', 'MONTH'] as const)('revenueByPeriod %s', async (period) => {
      expect(await shop.ask('revenueByPeriod', { period })).toEqual(answers.revenueByPeriod(period))
    })

    it('revenueByPeriod takes years when nothing is said', async () => {
      expect(await shop.ask('revenueByPeriod')).toEqual(answers.revenueByPeriod('YEAR'))
    })

    it.each([2020, 2021, 2022, 2023, 2024, 2025, 2026])('revenueOfYear %i', async (year) => {
      expect(await shop.ask('revenueOfYear', { year })).toBe(answers.revenueOfYear(year))
    })

    it.each([2021, 2023, 1999])('runningRevenue of %i', async (year) => {
      expect(await shop.ask('runningRevenue', { year })).toEqual(answers.runningRevenue(year))
    })

    it.each([1, 10, 500])('bestSellingArtists, the first %i', async (top) => {
      expect(await shop.ask('bestSellingArtists', { top })).toEqual(answers.bestSellingArtists(top))
    })

    it('playlistsByLength', async () => {
      expect(await shop.ask('playlistsByLength')).toEqual(answers.playlistsByLength())
    })

    it.each(['Jazz', 'R&B/Soul', 'Opera', "Rock 'n' Roll"])('customersWhoBought %s', async (genre) => {
      expect(await shop.ask('customersWhoBought', { genre })).toEqual(answers.customersWhoBought(genre))
    })

    it.each([[['Opera']], [['Jazz', 'Classical', 'none']], [['Rock', 'Latin', 'Metal', 'TV Shows']]])(
      'tracksNeverSold of %j',
      async (genres) => {
        expect(await shop.ask('tracksNeverSold', { genres })).toEqual(answers.tracksNeverSold(genres))
      },
    )

    it('refuses tracksNeverSold of no genre: SQL has no empty list', async () => {
      const query = 'mutation { triggerTaskTracksNeverSold(genres: []) { taskId } }'
      const answer = await shop.execute(query)
      expect(answer.errors?.[0]).toMatchObject({ errorType: 'BadInput' })
    })

    it.each([undefined, 'USA', 'Germany', 'Atlantis'])('customerRanks of %s', async (country) => {
      expect(await shop.ask('customerRanks', { country })).toEqual(answers.customerRanks(country))
    })

    it.each(['Brazil', 'USA', 'Atlantis'])('bestCustomer of %s', async (country) => {
      expect(await shop.ask('bestCustomer', { country })).toEqual(answers.bestCustomer(country))
    })

    it.each([
      [30, '2023-03-05T00:00:00.000Z'],
      [365, '2024-02-29T12:30:00.000Z'],
      [0, '2023-03-05T00:00:00.000Z'],
      [10_000, '2030-01-01T00:00:00+02:00'],
    ])('recentInvoices of %i days before %s', async (days, before) => {
      expect(await shop.ask('recentInvoices', { days, before })).toEqual(answers.recentInvoices(days, before))
    })

    it.each([
      ['love', 20],
      ['LOVE', 1000],
      ['l_ve', 50],
      ['a%z', 50],
      ["don't", 50],
      ['é', 50],
      ['', 3],
      ["'; DROP TABLE track; --", 50],
    ])('searchTracks for %s, at most %i', async (name, limit) => {
      expect(await shop.ask('searchTracks', { name, limit })).toEqual(answers.searchTracks(name, limit))
    })

    it.each(['2', '1', 'unknown'])('boughtTogether with track %s', async (trackId) => {
      expect(await shop.ask('boughtTogether', { trackId, top: 5 })).toEqual(
        answers.boughtTogether(trackId, 5),
      )
    })

    it.each(['1', '3402', 'unknown'])('playlistsWithTrack %s', async (trackId) => {
      expect(await shop.ask('playlistsWithTrack', { trackId })).toEqual(answers.playlistsWithTrack(trackId))
    })

    it('countries', async () => {
      expect(await shop.ask('countries')).toEqual(answers.countries())
    })

    it.each(['2024-04-30', '2003-10-17', '2004-02-29', '2002-04-01', '1990-01-01'])(
      'hireAnniversaries on %s',
      async (on) => {
        expect(await shop.ask('hireAnniversaries', { on })).toEqual(answers.hireAnniversaries(on))
      },
    )

    it('playlistsForMood follows updates, with lists in its rows', async () => {
      const update = `mutation ($id: ID!, $input: UpdatePlaylistInput!) {
      updatePlaylist(id: $id, input: $input) { mood tags }
    }`
      const row = { playlistId: '12', name: 'Classical', mood: 'CALM', tags: ['piano', 'evening'] }
      expect(await calmPlaylists(0)).toEqual([])
      await shop.data(update, { id: '12', input: { mood: 'CALM', tags: ['piano', 'evening'] } })
      expect(await calmPlaylists(1)).toEqual([row])
      await shop.data(update, { id: '12', input: { mood: null, tags: null } })
      expect(await calmPlaylists(0)).toEqual([])
    })
  })

  /** SQL follows the table within moments: asks until there are so many. */
  async function calmPlaylists(count: number): Promise<unknown> {
    return until(
      () => shop.ask('playlistsForMood', { mood: 'CALM' }),
      (playlists) => (playlists as unknown[]).length === count,
      shop.patienceMs,
    )
  }
}
