import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

let built: Promise<string> | undefined

/** Folder with a bundle for each kind of function, built from the sources as they are. Built once a process. */
export function lambdaBundles(): Promise<string> {
  built ??= build()
  return built
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ocg-bundles-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const script = fileURLToPath(new URL('../../../scripts/buildLambdas.mjs', import.meta.url))
  await promisify(execFile)(process.execPath, [script, '--out', folder])
  return folder
}
