import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackage } from '../frame/builtPackage.js'
import { start } from '../frame/processes.js'
import { writeLines } from '../frame/writeLines.js'
import { playRow, playsSchema } from '../start/schemas.js'

/** Imports the plays with these numbers into `folder/data` with `ocg import`; milliseconds that the command takes. */
export async function importPlays(folder: string, from: number, to: number): Promise<number> {
  const file = join(folder, 'play.jsonl')
  writeFileSync(join(folder, 'schema.graphql'), playsSchema())
  await writeLines(file, to - from, (index) => playRow(from + index))
  const ocg = (await buildPackage()).at('cli/main.js')
  const began = performance.now()
  const { child, output } = start(
    process.execPath,
    [ocg, 'import', '-n', 'bench', '--data', 'data', 'play.jsonl', '--json'],
    {
      cwd: folder,
    },
  )
  await new Promise((resolve) => child.once('exit', resolve))
  const took = performance.now() - began
  rmSync(file)
  if (!output.stdout.includes(`"created":${to - from}`))
    throw new Error(`The import failed: ${output.stdout}${output.stderr}`)
  return took
}
