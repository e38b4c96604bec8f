import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A server of its own starts in some 15 s on two idle cores. */
const START_SECONDS = 180

const HERE = fileURLToPath(new URL('.', import.meta.url))

export interface Trino {
  readonly url: string
  stop(): Promise<void>
}

export interface TrinoInstallation {
  readonly version: string
  /** Folder of the server's libraries. */
  readonly libraries: string
  /** Folders of its plugins, by name. */
  readonly plugins: Readonly<Record<string, string>>
  /** Lines of the settings of each catalog, by name; `folder` is one that goes with the server. */
  readonly catalogs: (folder: string) => Readonly<Record<string, readonly string[]>>
}

/** Starts a Trino server on a free port of 127.0.0.1. Throws with the end of its log when it does not start. */
export async function runTrino({ version, libraries, plugins, catalogs }: TrinoInstallation): Promise<Trino> {
  const folder = mkdtempSync(join(tmpdir(), 'ocg-trino-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  for (const name of ['catalog', 'plugin', 'data']) mkdirSync(join(folder, name))
  for (const [name, path] of Object.entries(plugins)) symlinkSync(path, join(folder, 'plugin', name))
  for (const [name, lines] of Object.entries(catalogs(join(folder, 'data')))) {
    writeFileSync(join(folder, 'catalog', `${name}.properties`), linesOf(lines))
  }
  writeFileSync(join(folder, 'config.properties'), linesOf(settings(folder, url, port)))
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
      join(libraries, '*'),
      join(HERE, 'TrinoServer.java'),
      version,
    ],
    { cwd: folder, stdio: ['pipe', out, out] },
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

function settings(folder: string, url: string, port: number): string[] {
  return [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    `discovery.uri=${url}`,
    'node.bind-ip=127.0.0.1',
    'node.internal-address=127.0.0.1',
    'node.environment=test',
    'node.id=only',
    `plugin.dir=${join(folder, 'plugin')}`,
    `catalog.config-dir=${join(folder, 'catalog')}`,
  ]
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
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
