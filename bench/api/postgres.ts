import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../frame/processes.js'

/** A PostgreSQL of this run's own, which answers on a socket in `folder` only. */
export interface Postgres {
  readonly folder: string
  readonly port: number
  readonly pid: number
  /** Runs a script; throws with what psql says. */
  run(script: string): void
  stop(): Promise<void>
}

const LEAST_VERSION = 15

/** Why there can be no PostgreSQL here; undefined when there can. */
export function postgresMissing(): string | undefined {
  const { stdout } = spawnSync('postgres', ['--version'], { encoding: 'utf8' })
  const version = Number(/\b(\d+)\.\d+/.exec(stdout ?? '')?.[1] ?? 0)
  if (version >= LEAST_VERSION) return undefined
  return `PostGraphile is left out: it needs PostgreSQL ${LEAST_VERSION} or later, with postgres and psql in PATH.`
}

/** Makes a cluster in a temporary folder and starts it on one core. Every commit waits for the disk. */
export async function startPostgres(core: number): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-pg-'))
  const owner = systemUser()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const identity = owner ? { uid: owner.uid, gid: owner.gid } : {}
  const data = join(folder, 'data')
  const bin = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  const initdb = spawnSync(
    bin ? join(bin, 'initdb') : 'initdb',
    ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8'],
    {
      ...identity,
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`)
  const port = await freePort()
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    port: String(port),
    fsync: 'on',
    synchronous_commit: 'on',
    shared_buffers: '512MB',
    max_wal_size: '4GB',
    log_min_messages: 'fatal',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = start('postgres', ['-D', data, ...args], { ...identity, cwd: folder, core })
  const psql = (database: string, script: string) =>
    spawnSync(
      'psql',
      ['-h', folder, '-p', String(port), '-U', 'bench', '-d', database, '-qv', 'ON_ERROR_STOP=1'],
      {
        input: script,
        encoding: 'utf8',
      },
    )
  for (let tries = 0; psql('postgres', 'SELECT 1').status !== 0; tries++) {
    if (tries > 100) throw new Error(`PostgreSQL does not answer: ${server.output.stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  psql('postgres', 'CREATE DATABASE bench')
  return {
    folder,
    port,
    pid: server.pid,
    run(script) {
      const { status, stderr } = psql('bench', script)
      if (status !== 0) throw new Error(`psql failed: ${stderr}`)
    },
    async stop() {
      server.child.kill('SIGINT')
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root: the user that its package makes, or `nobody`. */
function systemUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
