import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare, genreOf, tracksOn } from '../answers.js'
import { countItems, faultsOf, tracksInTable } from '../items.js'
import { type Answer, OPEN_TIMEOUT_MS, type Shop, until } from '../shop.js'
import { source } from '../source.js'

const INSERT = `mutation ($playlistId: ID!, $trackId: ID!) {
  addTrackToPlaylist(playlistId: $playlistId, trackId: $trackId)
}`

const trackIds = source.tracks.map(({ id }) => id)

/** Relations of a host under many clients, deletions and cascades. */
export function relationsSuite(open: () => Promise<Shop>): void {
  let shop: Shop

  beforeAll(async () => {
    shop = await open()
  }, OPEN_TIMEOUT_MS)
  afterAll(() => shop?.close())

  describe('playlists and their tracks', () => {
    it('has no fault after the import', async () => {
      expect(faultsOf(await shop.readItems())).toEqual([])
    })

    it('holds exactly 50 relations after 200 clients have inserted the same 50 pairs at once', async () => {
      await createPlaylist('party')
      const before = countItems(await shop.readItems())
      const pairs = trackIds.slice(100, 150).map((trackId) => ({ playlistId: 'party', trackId }))
      const clients = Array.from({ length: 200 }, async (_, client) => {
        const insert = client % 2 === 0 ? shop.execute : shop.executeOtherwise
        // Each client starts elsewhere, so that every pair meets every other one.
        const own = pairs.map((_, index) => pairs[(index + client) % pairs.length] as (typeof pairs)[number])
        const received: Answer[] = []
        for (const pair of own) received.push(await insert(INSERT, pair))
        return received
      })
      const answers = (await Promise.all(clients)).flat()

      expect(answers).toHaveLength(10_000)
      expect(answers.filter((answer) => answer.data?.addTrackToPlaylist !== true)).toEqual([])
      const expected = pairs.map((pair) => pair.trackId).sort(compare)
      await inSql('party', expected)
      const items = await shop.readItems()
      expect(tracksInTable(items, 'party')).toEqual(expected)
      expect(items.sides.length - before.sides).toBe(100)
      expect(faultsOf(items)).toEqual([])
    })

    it('refuses a relation to what is not there', async () => {
      for (const pair of [
        { playlistId: 'nowhere', trackId: '1' },
        { playlistId: '3', trackId: 'nothing' },
      ]) {
        const answer = await shop.execute(INSERT, pair)
        expect(answer.errors?.[0]).toMatchObject({ errorType: 'NotFound' })
      }
      expect(faultsOf(await shop.readItems())).toEqual([])
    })

    // A deletion task has succeeded when SQL does not show its rows any more: nothing is waited for here.
    it('takes one track off, once', async () => {
      const pair = { playlistId: '5', trackId: tracksOn('5')[0]?.id as string }
      expect(await shop.remove('removeTrackFromPlaylist', pair)).toBe(1)
      expect(await shop.remove('removeTrackFromPlaylist', pair)).toBe(0)
      const left = tracksOn('5')
        .map(({ id }) => id)
        .slice(1)
        .sort(compare)
      expect(await shop.sqlTracksOf('5')).toEqual(left)
      expect(tracksInTable(await shop.readItems(), '5')).toEqual(left)
    })

    it('takes a genre off a playlist and nothing else', async () => {
      const tracks = tracksOn('5').slice(1)
      const [rock, others] = [true, false].map((isRock) =>
        tracks.filter((one) => (genreOf(one) === 'Rock') === isRock),
      )
      expect(await shop.remove('removeGenreFromPlaylist', { playlistId: '5', genre: 'Rock' })).toBe(
        rock?.length,
      )
      expect(await shop.sqlTracksOf('5')).toEqual(others?.map(({ id }) => id).sort(compare))
      expect(faultsOf(await shop.readItems())).toEqual([])
    })

    it('empties a playlist and keeps it', async () => {
      const [first, second] = await Promise.all([
        shop.remove('emptyPlaylist', { playlistId: '8' }),
        shop.remove('emptyPlaylist', { playlistId: '8' }),
      ])
      // Both may have seen all rows; each is removed once, and both tasks end when they are gone.
      expect(Math.max(first, second)).toBeGreaterThan(0)
      expect(await shop.sqlTracksOf('8')).toEqual([])
      expect(tracksInTable(await shop.readItems(), '8')).toEqual([])
      const { readPlaylist } = await shop.data('{ readPlaylist(id: "8") { name } }')
      expect(readPlaylist).toEqual({ name: 'Music' })
      expect(faultsOf(await shop.readItems())).toEqual([])
    })

    it('puts a track back after its removal', async () => {
      const trackId = tracksOn('8')[0]?.id as string
      expect(await shop.ask('addTrackToPlaylist', { playlistId: '8', trackId })).toBe(true)
      await inSql('8', [trackId])
    })
  })

  describe('a removed playlist', () => {
    it('keeps nothing of its 3,290 tracks', async () => {
      expect(tracksOn('1')).toHaveLength(3290)
      const before = countItems(await shop.readItems())
      await deletePlaylist('1')
      await settled('1', [])
      expect(countItems(await shop.readItems())).toEqual({
        entities: before.entities - 1,
        relations: before.relations - 3290,
        sides: before.sides - 2 * 3290,
      })
    })

    it('keeps nothing of what was being inserted at that moment', async () => {
      await createPlaylist('brief')
      const inserts: Promise<Answer>[] = []
      const insert = (trackId: string) => inserts.push(shop.execute(INSERT, { playlistId: 'brief', trackId }))
      for (const trackId of trackIds.slice(0, 300)) insert(trackId)
      await inserts[20]
      const deletion = deletePlaylist('brief')
      for (const trackId of trackIds.slice(300, 600)) insert(trackId)
      await deletion

      const answers = await Promise.all(inserts)
      const refused = answers.filter((answer) => answer.errors)
      expect(refused.length).toBeGreaterThan(0)
      expect(refused.length).toBeLessThan(600)
      for (const answer of refused) expect(answer.errors?.[0]).toMatchObject({ errorType: 'NotFound' })
      await settled('brief', [])
    })

    it('leaves its successor alone, which has its id and some of its tracks', async () => {
      const old = tracksOn('5').map(({ id }) => id)
      await createPlaylist('again')
      await Promise.all(
        old.map((trackId) => shop.ask('addTrackToPlaylist', { playlistId: 'again', trackId })),
      )
      await inSql('again', old)

      await deletePlaylist('again')
      await createPlaylist('again')
      // Half of the new ones were on the old playlist as well, and their cascade has not come by yet.
      const fresh = [...old.slice(0, 40), ...trackIds.filter((id) => !old.includes(id)).slice(0, 40)]
      await Promise.all(
        fresh.map((trackId) => shop.ask('addTrackToPlaylist', { playlistId: 'again', trackId })),
      )
      await settled('again', fresh)
    })

    it('leaves each of many successors alone', async () => {
      const playlistId = 'restless'
      for (let round = 0; round < 10; round++) {
        await createPlaylist(playlistId)
        const tracks = trackIds.slice(round * 3, round * 3 + 30)
        await Promise.all(tracks.map((trackId) => shop.ask('addTrackToPlaylist', { playlistId, trackId })))
        await deletePlaylist(playlistId)
      }
      await createPlaylist(playlistId)
      await shop.ask('addTrackToPlaylist', { playlistId, trackId: '5' })
      await settled(playlistId, ['5'])
    })
  })

  describe('a removed track', () => {
    it('leaves all playlists, while others lose it by a statement', async () => {
      const trackId = '3402'
      const on = source.playlistTracks
        .filter((pair) => pair.trackId === trackId)
        .map((pair) => pair.playlistId)
      expect(on.length).toBeGreaterThan(1)
      const playlistId = on.at(-1) as string
      const removal = shop.remove('removeTrackFromPlaylist', { playlistId, trackId })
      await shop.data('mutation ($id: ID!) { deleteTrack(id: $id) { deleted } }', { id: trackId })
      expect(await removal).toBeLessThanOrEqual(1)
      await shop.cascadesEnded()
      const items = await shop.readItems()
      expect(items.relations.filter((relation) => relation.trackId === trackId)).toEqual([])
      expect(faultsOf(items)).toEqual([])
      await until(
        () => shop.ask('playlistsWithTrack', { trackId }),
        (names) => (names as string[]).length === 0,
        shop.patienceMs,
      )
      expect(await shop.ask('playlistsWithTrack', { trackId })).toEqual([])
    })
  })

  async function createPlaylist(id: string): Promise<void> {
    const mutation = 'mutation ($input: CreatePlaylistInput!) { createPlaylist(input: $input) { id } }'
    await shop.data(mutation, { input: { id, name: `Playlist ${id}` } })
  }

  async function deletePlaylist(id: string): Promise<void> {
    const answer = await shop.data('mutation ($id: ID!) { deletePlaylist(id: $id) { deleted } }', { id })
    expect(answer).toEqual({ deletePlaylist: { deleted: true } })
  }

  /** Waits until all cascades have ended and looks at everything: these tracks are on the playlist, nothing is wrong. */
  async function settled(playlistId: string, tracks: readonly string[]): Promise<void> {
    const expected = [...tracks].sort(compare)
    await shop.cascadesEnded()
    const items = await shop.readItems()
    expect(faultsOf(items)).toEqual([])
    expect(tracksInTable(items, playlistId)).toEqual(expected)
    await inSql(playlistId, expected)
    expect((await shop.sqlCounts()).playlist_track).toBe(items.relations.length)
  }

  /** SQL follows the table within moments: waits until it shows these tracks on a playlist. */
  async function inSql(playlistId: string, tracks: readonly string[]): Promise<void> {
    const expected = [...tracks].sort(compare)
    const ids = await until(
      () => shop.sqlTracksOf(playlistId),
      (ids) => JSON.stringify(ids) === JSON.stringify(expected),
      shop.patienceMs,
    )
    expect(ids).toEqual(expected)
  }
}
