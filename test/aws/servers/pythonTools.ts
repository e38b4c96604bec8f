import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Tools that are written in Python, at exact versions. */
const PACKAGES = ['cfn-lint==1.58.0', 'moto[server]==5.2.5'] as const

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/ocg-python', import.meta.url))

/**
 * Folder with the programs `cfn-lint` and `moto_server`. The first call makes a virtual environment of Python and installs
 * them, which takes a minute and the package index; later ones take what is there. Throws when Python 3 is missing.
 */
export async function pythonTools(): Promise<string> {
  const folder = join(CACHE, PACKAGES.join('_').replace(/[^\w.=-]/g, '-'))
  const bin = join(folder, 'bin')
  const ready = join(folder, 'ready')
  if (existsSync(ready)) return bin
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(CACHE, { recursive: true })
  // A virtual environment can't be moved, so it is made in its place and marked when it is whole.
  await run('python3', ['-m', 'venv', folder])
  await run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES], {
    timeout: 300_000,
  })
  mkdirSync(`${ready}.part`, { recursive: true })
  renameSync(`${ready}.part`, ready)
  return bin
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
