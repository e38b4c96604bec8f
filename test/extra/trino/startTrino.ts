import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The last release that runs on Java 17; Athena engine 3 is of its age. pom.xml names the same. */
const VERSION = '435'
/** A server of its own starts in some 15 s on two idle cores. */
const START_SECONDS = 180

const HERE = fileURLToPath(new URL('.', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/ocg-trino/', import.meta.url))

export interface Trino {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a Trino server with a memory connector on a free port of 127.0.0.1. Its libraries come from Maven Central once,
 * some 110 MB, and are kept under node_modules/.cache. Throws with the end of its log when it does not start.
 */
export async function startTrino(): Promise<Trino> {
  fetchLibraries()
  const folder = mkdtempSync(join(tmpdir(), 'ocg-trino-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeSettings(folder, port)
  const log = join(folder, 'server.log')
  const out = openSync(log, 'w')
  const java = spawn(
    'java',
    [
      '-Xmx2G',
      '-Djdk.attach.allowAttachSelf=true',
      '--add-opens=java.base/java.nio=ALL-UNNAMED',
      `-Dconfig=${join(folder, 'config.properties')}`,
      '-cp',
      join(CACHE, 'lib', '*'),
      join(HERE, 'TrinoServer.java'),
      VERSION,
    ],
    { cwd: folder, stdio: ['ignore', out, out] },
  )
  const ended = new Promise<void>((resolve) => java.once('exit', () => resolve()))
  const stop = async () => {
    if (running(java)) {
      java.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true })
  }
  for (let second = 0; second < START_SECONDS && running(java); second++) {
    await sleep(1000)
    if (await started(url)) return { url, stop }
  }
  const end = readFileSync(log, 'utf8').slice(-2000)
  await stop()
  throw new Error(`The Trino server did not start:\n${end}`)
}

function running(java: ChildProcess): boolean {
  return java.exitCode === null && java.signalCode === null
}

async function started(url: string): Promise<boolean> {
  try {
    const info = (await (await fetch(`${url}/v1/info`)).json()) as { starting?: boolean }
    return info.starting === false
  } catch {
    return false
  }
}

function fetchLibraries(): void {
  const complete = join(CACHE, `complete-${VERSION}`)
  if (existsSync(complete)) return
  rmSync(CACHE, { recursive: true, force: true })
  mkdirSync(CACHE, { recursive: true })
  const maven = (...args: string[]) =>
    execFileSync('mvn', ['-q', '-B', '-f', join(HERE, 'pom.xml'), ...args], { stdio: 'inherit' })
  maven('dependency:copy-dependencies', `-DoutputDirectory=${join(CACHE, 'lib')}`)
  maven('dependency:copy', `-Dartifact=io.trino:trino-memory:${VERSION}:zip`, `-DoutputDirectory=${CACHE}`)
  execFileSync('jar', ['xf', `trino-memory-${VERSION}.zip`], { cwd: CACHE, stdio: 'inherit' })
  writeFileSync(complete, '')
}

function writeSettings(folder: string, port: number): void {
  mkdirSync(join(folder, 'catalog'))
  writeFileSync(join(folder, 'catalog', 'memory.properties'), 'connector.name=memory\n')
  cpSync(join(CACHE, `trino-memory-${VERSION}`), join(folder, 'plugin', 'memory'), { recursive: true })
  const settings = [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    `discovery.uri=http://127.0.0.1:${port}`,
    'node.bind-ip=127.0.0.1',
    'node.internal-address=127.0.0.1',
    'node.environment=test',
    'node.id=only',
    `plugin.dir=${join(folder, 'plugin')}`,
    `catalog.config-dir=${join(folder, 'catalog')}`,
  ]
  writeFileSync(join(folder, 'config.properties'), settings.map((line) => `${line}\n`).join(''))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
