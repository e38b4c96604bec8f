import type { JsonObject } from '../../../src/model/json.js'

const select = (name: string, sql: string, returns = '[Extra!]!') =>
  `\n  ${name}: ${returns} @sql_query(query: """${sql}""")`

/** Statements with the forms of FROM that the example has not. */
export const EXTRA_STATEMENTS = [
  select('starOf', 'SELECT * FROM invoice ORDER BY id', '[InvoiceRow!]!'),
  select('tableOf', 'SELECT name AS a, id AS b FROM (TABLE genre) g ORDER BY id'),
  select('columnsOf', 'SELECT x AS a, y AS b FROM genre AS g (y, x, z, u, v, w, q) ORDER BY y'),
  select(
    'shadowed',
    'WITH track AS (SELECT id, name FROM genre) SELECT track.name AS a, track.id AS b FROM track ORDER BY b',
  ),
  // Trino plans a table once for each pair of levels, of which it takes ten where nothing bounds them: more stages than it may have.
  select(
    'recursive',
    'WITH RECURSIVE boss(id, depth) AS (SELECT id, 0 FROM employee WHERE reportsToId IS NULL UNION ALL SELECT e.id, boss.depth + 1 FROM employee e JOIN boss ON e.reportsToId = boss.id WHERE boss.depth < 4) SELECT id AS a, CAST(depth AS varchar) AS b FROM boss ORDER BY a',
  ),
  select(
    'selfJoin',
    'SELECT a.name AS a, CAST(count(*) AS varchar) AS b FROM genre a JOIN genre ON a.id <= genre.id GROUP BY a.name ORDER BY a',
  ),
  select(
    'correlated',
    'SELECT name AS a, CAST((SELECT count(*) FROM album WHERE album.artistId = artist.id) AS varchar) AS b FROM artist WHERE EXISTS (SELECT 1 FROM album al WHERE al.artistId = artist.id) ORDER BY id',
  ),
  select(
    'lateral',
    'SELECT g.name AS a, l.n AS b FROM genre g CROSS JOIN LATERAL (SELECT CAST(max(milliseconds) AS varchar) AS n FROM track t WHERE t.genreId = g.id) l ORDER BY g.id',
  ),
  select(
    'sets',
    "SELECT name AS a, id AS b FROM genre UNION SELECT name, id FROM mediatype EXCEPT SELECT name, id FROM genre WHERE id > '5' ORDER BY a, b",
  ),
  select(
    'partitions',
    "SELECT year || month || day AS a, CAST(count(*) AS varchar) AS b FROM invoice WHERE year BETWEEN '2021' AND '2026' GROUP BY 1 ORDER BY a",
  ),
  select(
    'unnested',
    'SELECT name AS a, tag AS b FROM playlist CROSS JOIN UNNEST(tags) AS x (tag) ORDER BY name, tag',
  ),
  select(
    'relations',
    'SELECT relationId AS a, trackId AS b FROM $join_table(playlist_track) pt ORDER BY relationId',
  ),
  select(
    'created',
    "SELECT date_format(createdAt, '%Y-%m-%d %H:%i:%s') AS a, id AS b FROM customer WHERE createdAt < TIMESTAMP '2030-01-01 00:00:00' ORDER BY id",
  ),
  select(
    'nothing',
    "SELECT name AS a, id AS b FROM track WHERE year = '1999' AND id IN (SELECT trackId FROM invoiceline)",
  ),
].join('')

export const EXTRA_TYPES = `
type Extra @task_response {
  a: String
  b: String
}
type InvoiceRow @task_response {
  id: ID!
  total: Float
}
`

/** Arguments to ask the statements with; those that are not here have none. */
export const CALLS: Readonly<Record<string, readonly JsonObject[]>> = {
  revenueByCountryAndMonth: [{ from: '2021-01-01', before: '2024-01-01' }],
  revenueByPeriod: [{ period: 'QUARTER' }, { period: 'YEAR' }],
  revenueOfYear: [{ year: 2022 }, { year: 1999 }],
  runningRevenue: [{ year: 2023 }],
  bestSellingArtists: [{ top: 10 }],
  playlistsForMood: [{ mood: 'CALM' }],
  customersWhoBought: [{ genre: 'Rock' }],
  tracksNeverSold: [{ genres: ['Jazz', 'Blues'] }],
  customerRanks: [{ country: null }, { country: 'USA' }],
  bestCustomer: [{ country: 'Brazil' }],
  recentInvoices: [{ days: 60, before: '2025-12-01T00:00:00.000Z' }],
  searchTracks: [{ name: 'love', limit: 20 }],
  boughtTogether: [{ trackId: '1', top: 5 }],
  playlistsWithTrack: [{ trackId: '3' }],
  hireAnniversaries: [{ on: '2026-03-01' }],
}
