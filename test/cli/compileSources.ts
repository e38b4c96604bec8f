import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Compiles every source file by itself, in the layout of `dist`, into a folder beside `dist`. Whoever asks for it removes
 * it at the end.
 */
export async function compileSources(root: string): Promise<string> {
  removeAbandoned(root)
  const out = mkdtempSync(join(root, `${BUILD_PREFIX}${process.pid}-`))
  const names = await readdir(join(root, 'src'), { recursive: true })
  const files = names.filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'),
  )
  await build({
    entryPoints: files.map((name) => join(root, 'src', name)),
    outbase: join(root, 'src'),
    outdir: out,
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  })
  return out
}

const BUILD_PREFIX = '.test-build-'

/** Removes what test processes have left that were killed. */
function removeAbandoned(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(BUILD_PREFIX)) continue
    try {
      process.kill(Number.parseInt(name.slice(BUILD_PREFIX.length), 10) || 0, 0)
    } catch {
      rmSync(join(root, name), { recursive: true, force: true })
    }
  }
}
