import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of Athena engine 3's age. pom.xml names the same. */
export const LAKE_TRINO = '406'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/ocg-lake-trino/', import.meta.url))

export interface LakeTrinoFiles {
  readonly libraries: string
  /** With the connectors `hive` and `iceberg`. */
  readonly plugin: string
}

/** Trino with Hive and Iceberg from Maven Central, some 350 MB once, kept under node_modules/.cache. */
export function fetchLakeTrino(): LakeTrinoFiles {
  const libraries = join(CACHE, 'lib')
  const plugin = join(CACHE, `trino-iceberg-${LAKE_TRINO}`)
  const complete = join(CACHE, `complete-${LAKE_TRINO}`)
  if (existsSync(complete)) return { libraries, plugin }
  rmSync(CACHE, { recursive: true, force: true })
  mkdirSync(CACHE, { recursive: true })
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: CACHE, stdio: 'inherit' })
  const maven = (...args: string[]) => run('mvn', ['-q', '-B', '-f', join(HERE, 'pom.xml'), ...args])
  maven('dependency:copy-dependencies', `-DoutputDirectory=${libraries}`)
  const zip = `io.trino:trino-iceberg:${LAKE_TRINO}:zip`
  maven('dependency:copy', `-Dartifact=${zip}`, `-DoutputDirectory=${CACHE}`)
  run('jar', ['xf', `trino-iceberg-${LAKE_TRINO}.zip`])
  rmSync(join(CACHE, `trino-iceberg-${LAKE_TRINO}.zip`))
  const own = join(CACHE, 'hive')
  mkdirSync(join(own, 'META-INF/services'), { recursive: true })
  writeFileSync(join(own, 'META-INF/services/io.trino.spi.Plugin'), 'HivePlugin\n')
  const path = [join(plugin, '*'), join(libraries, '*')].join(':')
  run('javac', ['-d', own, '-cp', path, join(HERE, 'HivePlugin.java')])
  run('jar', ['cf', join(plugin, 'hive-plugin.jar'), '-C', own, '.'])
  writeFileSync(complete, '')
  return { libraries, plugin }
}
