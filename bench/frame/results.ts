import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchResult } from './measure.js'

/** Where full runs are kept. */
export const RESULTS = fileURLToPath(new URL('../results/', import.meta.url))

const BIOME = fileURLToPath(new URL('../../node_modules/@biomejs/biome/bin/biome', import.meta.url))

const NAME = /^bench-\d+-[a-z-]+\.json$/

export function writeResult(result: BenchResult, folder = RESULTS): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `bench-${result.number}-${result.name}.json`)
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`)
  // As the rest of the repository is formatted. Without Biome the file is as good.
  spawnSync(process.execPath, [BIOME, 'format', '--write', file])
  return file
}

/** What has been measured, in the order of the benchmarks. */
export function readResults(folder = RESULTS): readonly BenchResult[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as BenchResult)
    .sort((a, b) => a.number - b.number)
}
