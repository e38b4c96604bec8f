import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTrino, type Trino } from './runTrino.js'

/** The last release that runs on Java 17; Athena engine 3 is of its age. pom.xml names the same. */
const VERSION = '435'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/ocg-trino/', import.meta.url))

/**
 * Starts a Trino server with a memory connector on a free port of 127.0.0.1. Its libraries come from Maven Central once,
 * some 110 MB, and are kept under node_modules/.cache. Throws with the end of its log when it does not start.
 */
export function startTrino(): Promise<Trino> {
  fetchLibraries()
  return runTrino({
    version: VERSION,
    libraries: join(CACHE, 'lib'),
    plugins: { memory: join(CACHE, `trino-memory-${VERSION}`) },
    catalogs: () => ({ memory: ['connector.name=memory'] }),
  })
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
