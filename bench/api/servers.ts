import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../frame/builtPackage.js'
import { type Started, start } from '../frame/processes.js'
import { peerProgram } from './peers.js'
import { startPostgres } from './postgres.js'
import { fillTables, PLAYLISTS, playlistRow, SCHEMA, TABLES, trackRow } from './shop.js'
import type { Dialect } from './workloads.js'

/** A server under load, its database included, all on one core. */
export interface Server {
  readonly dialect: Dialect
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  /** Processes to ask for their time on the processor. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

const API_KEY = 'key-of-the-benchmark'
const PRODUCTION = { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' }

/** The package as it is installed: `ocg serve` on a data folder. */
export async function startOurs(
  tracks: number,
  core: number,
  nodeArgs: readonly string[] = [],
): Promise<Server> {
  const ocg = (await buildPackage()).at('cli/main.js')
  const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-api-'))
  const lines = (count: number, row: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => `${JSON.stringify(row(index))}\n`).join('')
  writeFileSync(join(folder, 'schema.graphql'), SCHEMA)
  writeFileSync(join(folder, 'track.jsonl'), lines(tracks, trackRow))
  writeFileSync(join(folder, 'playlist.jsonl'), lines(PLAYLISTS, playlistRow))
  const place = ['-n', 'bench', '-f', 'schema.graphql', '--data', 'data']
  const load = start(process.execPath, [ocg, 'import', ...place, 'track.jsonl', 'playlist.jsonl', '--json'], {
    cwd: folder,
  })
  await load.waitFor(/"created":/)
  await new Promise((resolve) =>
    load.child.exitCode === null ? load.child.once('exit', resolve) : resolve(0),
  )
  const server = start(
    process.execPath,
    [
      ...nodeArgs,
      ocg,
      'serve',
      ...place,
      '--port',
      '0',
      '--api-key',
      API_KEY,
      '--log-level',
      'warn',
      '--json',
    ],
    { cwd: folder, core, env: PRODUCTION },
  )
  const [, port] = await server.waitFor(/"url":"[^"]*:(\d+)"/)
  return {
    dialect: 'ours',
    port: Number(port),
    headers: { 'x-api-key': API_KEY },
    pids: [server.pid],
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function startPostgraphile(tracks: number, core: number): Promise<Server> {
  const postgres = await startPostgres(core)
  try {
    postgres.run(TABLES + fillTables(tracks))
    const args = [peerProgram('postgraphile.mjs'), postgres.folder, String(postgres.port)]
    const server = start(process.execPath, args, { core, env: PRODUCTION })
    const port = await listening(server)
    return {
      dialect: 'postgraphile',
      port,
      headers: {},
      pids: [server.pid, postgres.pid],
      async stop() {
        await server.stop()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

export async function startMercurius(tracks: number, core: number): Promise<Server> {
  const server = start(process.execPath, [peerProgram('mercurius.mjs'), String(tracks)], {
    core,
    env: PRODUCTION,
  })
  const port = await listening(server)
  return { dialect: 'mercurius', port, headers: {}, pids: [server.pid], stop: () => server.stop() }
}

async function listening(server: Started): Promise<number> {
  return Number((await server.waitFor(/listening (\d+)/))[1])
}
