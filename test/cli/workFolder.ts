import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A schema with every kind of thing that a command meets. */
export const SCHEMA = `
type Playlist {
  id: ID!
  name: String!
}

type Track {
  id: ID!
  name: String!
  seconds: Int
  price: Float
  tags: [String!]
  released: AWSDate
}

type Query {
  trackCount: Int @sql_query(mode: SYNC, query: "SELECT count(*) AS n FROM track")
  placedCount: Int @sql_query(mode: SYNC, query: "SELECT count(*) AS n FROM playlist_track")
  trackNames: [String!] @sql_query(query: "SELECT name FROM track ORDER BY name")
}

type Mutation {
  place(playlistId: ID!, trackId: ID!, position: Int): Boolean! @sql_query(query: """
    INSERT INTO $join_table(playlist_track) (playlistId:Playlist, trackId:Track, position:Int)
    VALUES ($args.playlistId, $args.trackId, $args.position)
  """)
  clear(playlistId: ID!): Boolean @sql_query(query: """
    DELETE p FROM $join_table(playlist_track) p WHERE p.playlistId = $args.playlistId
  """)
}
`

/** A folder that is removed when the test ends, with some files in it. */
export async function workFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries({ 'schema.graphql': SCHEMA, ...files })) {
    await writeFile(join(folder, name), text)
  }
  return folder
}

/** Objects as JSON lines. */
export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
