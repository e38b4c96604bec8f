/** The data of the API benchmark, the same for every server: `tracks` tracks, `PLAYLISTS` playlists, no relations yet. */
export const PLAYLISTS = 1000

export const SCHEMA = `
type Track {
  id: ID!
  name: String!
  albumId: ID!
  composer: String
  milliseconds: Int!
  unitPrice: Float!
}
type Playlist {
  id: ID!
  name: String!
}
type Mutation {
  addTrack(playlistId: ID!, trackId: ID!): Boolean!
    @sql_query(query: """
      INSERT INTO $join_table(playlist_track) (playlistId:Playlist, trackId:Track)
      VALUES ($args.playlistId, $args.trackId)
    """)
}
`

/** The same in PostgreSQL, times and keys made there. */
export const TABLES = `
CREATE TABLE track (
  id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
  name text NOT NULL,
  album_id text NOT NULL,
  composer text,
  milliseconds int NOT NULL,
  unit_price double precision NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE playlist (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE playlist_track (
  playlist_id text NOT NULL REFERENCES playlist,
  track_id text NOT NULL REFERENCES track,
  PRIMARY KEY (playlist_id, track_id)
);
`

/** Fills PostgreSQL's tables. */
export function fillTables(tracks: number): string {
  return `
INSERT INTO track (id, name, album_id, composer, milliseconds, unit_price)
  SELECT 't' || lpad(n::text, 7, '0'), 'For Those About To Rock ' || n, 'a' || (n % 347),
    'Angus Young, Malcolm Young, Brian Johnson', 100000 + n, 0.99
  FROM generate_series(0, ${tracks - 1}) AS n;
INSERT INTO playlist SELECT 'p' || lpad(n::text, 7, '0'), 'Playlist ' || n FROM generate_series(0, ${PLAYLISTS - 1}) AS n;
VACUUM ANALYZE;
`
}

export function trackRow(index: number) {
  return {
    id: `t${String(index).padStart(7, '0')}`,
    name: `For Those About To Rock ${index}`,
    albumId: `a${index % 347}`,
    composer: 'Angus Young, Malcolm Young, Brian Johnson',
    milliseconds: 100_000 + index,
    unitPrice: 0.99,
  }
}

export function playlistRow(index: number) {
  return { id: `p${String(index).padStart(7, '0')}`, name: `Playlist ${index}` }
}
