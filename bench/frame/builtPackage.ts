import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The package as users run it: compiled, each file by itself, without a loader in between. */
export interface BuiltPackage {
  /** Path of a built file: `at('cli/main.js')`. */
  at(file: string): string
  remove(): void
}

let built: Promise<BuiltPackage> | undefined

/** Builds the sources as they are, once in a run; removed at the end of the process at the latest. */
export function buildPackage(): Promise<BuiltPackage> {
  built ??= compile()
  return built
}

async function compile(): Promise<BuiltPackage> {
  // Beside `dist`, so that it finds package.json and the dependencies; the name is one that git ignores.
  const out = mkdtempSync(join(ROOT, `.test-build-${process.pid}-`))
  const remove = () => rmSync(out, { recursive: true, force: true })
  process.once('exit', remove)
  const names = await readdir(join(ROOT, 'src'), { recursive: true })
  await build({
    entryPoints: names
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
      .map((name) => join(ROOT, 'src', name)),
    outbase: join(ROOT, 'src'),
    outdir: out,
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  return { at: (file) => join(out, file), remove }
}
