import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url))

/** Path of a peer's program. */
export function peerProgram(name: string): string {
  return `${FOLDER}${name}`
}

/** Installs the peers by their lock once; undefined when they are there, else a sentence that says what is wrong. */
export function installPeers(tell: (text: string) => void): string | undefined {
  if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return undefined
  tell('installing the peers …')
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  if (status === 0) return undefined
  return `The peers could not be installed with npm ci in bench/peers: ${stderr.trim().split('\n').at(-1) ?? ''}`
}
