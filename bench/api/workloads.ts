import type { LoadOrder } from './loadClient.js'
import { PLAYLISTS } from './shop.js'

export type Dialect = 'ours' | 'postgraphile' | 'mercurius'

/** One kind of request, as each server's API has it. */
export interface Workload {
  readonly name: string
  readonly writes: boolean
  readonly numbers: LoadOrder['numbers']
  /** The request's body; undefined where a server doesn't take part. */
  body(dialect: Dialect): string | undefined
  /** Where pages are asked for: `AFTER` in the body stands for a page's start. */
  readonly pages?: {
    /** A request for the end of a page, which starts at `AFTER`. */
    walk(dialect: Dialect, size: number): string
    /** Where the next page starts, in its answer; undefined at the end. */
    next(answer: string): string | undefined
  }
}

/** JSON that stands for the start of a page; null is the beginning. */
export const AFTER = '"@after"'

const FIELDS = 'id name albumId composer milliseconds unitPrice createdAt updatedAt'
/** With PostGraphile, `id` is the name of an identity of its own making. */
const ROW_FIELDS = FIELDS.replace('id ', 'rowId ')

const NEW_TRACK = {
  name: 'Whole Lotta Rosie',
  albumId: 'a1',
  composer: 'Angus Young, Malcolm Young, Bon Scott',
  milliseconds: 323_000,
  unitPrice: 0.99,
}

export function workloads(tracks: number): readonly Workload[] {
  return [
    {
      name: 'read by id',
      writes: false,
      numbers: [{ divide: 1, times: 7919, modulo: tracks }],
      body(dialect) {
        const variables = { id: 't#######' }
        if (dialect !== 'postgraphile') {
          return JSON.stringify({
            query: `query Read($id: ID!) { readTrack(id: $id) { ${FIELDS} } }`,
            variables,
          })
        }
        const query = `query Read($id: String!) { trackByRowId(rowId: $id) { ${ROW_FIELDS} } }`
        return JSON.stringify({ query, variables })
      },
    },
    {
      name: 'list 20',
      writes: false,
      numbers: [],
      body(dialect) {
        const query =
          dialect === 'postgraphile'
            ? `query List($after: Cursor) { allTracks(first: 20, after: $after) { nodes { ${ROW_FIELDS} } pageInfo { endCursor } } }`
            : `query List($after: String) { listTracks(limit: 20, nextToken: $after) { items { ${FIELDS} } nextToken } }`
        return JSON.stringify({ query, variables: { after: JSON.parse(AFTER) } })
      },
      pages: {
        walk(dialect, size) {
          const query =
            dialect === 'postgraphile'
              ? `query Walk($after: Cursor) { allTracks(first: ${size}, after: $after) { pageInfo { endCursor } } }`
              : `query Walk($after: String) { listTracks(limit: ${size}, nextToken: $after) { nextToken } }`
          return JSON.stringify({ query, variables: { after: JSON.parse(AFTER) } })
        },
        next: (answer) => /"(?:nextToken|endCursor)":"([^"]+)"/.exec(answer)?.[1],
      },
    },
    {
      name: 'create, durable',
      writes: true,
      numbers: [],
      body(dialect) {
        if (dialect === 'mercurius') return undefined
        if (dialect === 'ours') {
          const query = `mutation Create($input: CreateTrackInput!) { createTrack(input: $input) { ${FIELDS} } }`
          return JSON.stringify({ query, variables: { input: NEW_TRACK } })
        }
        const query = `mutation Create($input: CreateTrackInput!) { createTrack(input: $input) { track { ${ROW_FIELDS} } } }`
        return JSON.stringify({ query, variables: { input: { track: NEW_TRACK } } })
      },
    },
    {
      name: 'create relation, durable',
      writes: true,
      // Each pair once: all playlists get the first track, then all the second one.
      numbers: [
        { divide: 1, times: 1, modulo: PLAYLISTS },
        { divide: PLAYLISTS, times: 1, modulo: tracks },
      ],
      body(dialect) {
        if (dialect === 'mercurius') return undefined
        const variables = { playlistId: 'p#######', trackId: 't#######' }
        if (dialect === 'ours') {
          const query =
            'mutation Add($playlistId: ID!, $trackId: ID!) { addTrack(playlistId: $playlistId, trackId: $trackId) }'
          return JSON.stringify({ query, variables })
        }
        const query =
          'mutation Add($playlistId: String!, $trackId: String!) { createPlaylistTrack(input: { playlistTrack: { playlistId: $playlistId, trackId: $trackId } }) { playlistTrack { playlistId trackId } } }'
        return JSON.stringify({ query, variables })
      },
    },
  ]
}
