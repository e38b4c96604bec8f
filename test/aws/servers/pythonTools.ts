import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Tools for AWS that are written in Python, at exact versions. */
const PACKAGES = ['cfn-lint==1.58.0', 'moto[server]==5.2.5'] as const

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/ocg-python', import.meta.url))

/**
 * Folder with the programs of Python packages, such as `cfn-lint` and `moto_server`, and their `python`. The first call
 * makes a virtual environment and installs them, which takes a minute and the package index; later ones take what is
 * there. Throws when Python 3 is missing.
 */
export async function pythonTools(packages: readonly string[] = PACKAGES): Promise<string> {
  const folder = join(CACHE, packages.join('_').replace(/[^\w.=-]/g, '-'))
  const bin = join(folder, 'bin')
  const ready = join(folder, 'ready')
  if (existsSync(ready)) return bin
  await locked(async () => {
    if (existsSync(ready)) return
    // A virtual environment can't be moved, so it is made in its place and marked when it is whole.
    rmSync(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder])
    const install = ['install', '--quiet', '--disable-pip-version-check', ...packages]
    await run(join(bin, 'pip'), install, { timeout: INSTALL_MS })
    mkdirSync(ready)
  })
  return bin
}

const INSTALL_MS = 300_000

/** Suites that run at the same time make the environment once. A lock that a killed run left behind is taken over. */
async function locked(work: () => Promise<void>): Promise<void> {
  const lock = join(CACHE, 'lock')
  mkdirSync(CACHE, { recursive: true })
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > INSTALL_MS + 60_000) rmSync(lock, { recursive: true, force: true })
      else await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  try {
    await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** A server that the tests started. */
export interface MotoServer {
  readonly endpoint: string
  stop(): Promise<void>
}

/** Starts moto, an imitation of AWS's control plane, on a free port of 127.0.0.1. */
export async function startMoto(): Promise<MotoServer> {
  const bin = await pythonTools()
  const port = await freePort()
  const server = spawn(join(bin, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000)
  })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const endpoint = `http://127.0.0.1:${port}`
  const stop = async () => {
    server.kill()
    await ended
  }
  for (let tries = 0; tries < 240; tries++) {
    if (server.exitCode !== null) throw new Error(`moto ended before it answered: ${log}`)
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined)
    if (answer) return { endpoint, stop }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  await stop()
  throw new Error(`moto didn't answer within a minute: ${log}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
