import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { CliError } from '../cliError.js'
import { addOutputOptions, type OutputOptions } from '../commonOptions.js'
import { starterReadme } from '../init/starterReadme.js'
import { STARTER_SCHEMA } from '../init/starterSchema.js'
import { processOutput } from '../output.js'
import { fitName, projectName } from '../projectName.js'

interface InitOptions extends OutputOptions {
  readonly name?: string
  readonly force?: boolean
}

/** `ocg init`: a schema to start from. Overwrites nothing without `--force`. */
export function declare(command: Command): void {
  command
    .argument('[dir]', 'folder to write into', '.')
    .option('-n, --name <name>', "the project's name (default: the name of the folder)")
    .option('--force', 'overwrite files that exist')
  addOutputOptions(command)
    .addHelpText('after', '\nExample:\n  $ ocg init blog && cd blog && ocg dev')
    .action(init)
}

async function init(dir: string, options: InitOptions): Promise<void> {
  const output = processOutput(options)
  const folder = resolve(dir)
  const name = options.name === undefined ? (fitName(basename(folder)) ?? 'blog') : projectName(options.name)
  const files = [
    { path: join(folder, 'schema.graphql'), text: STARTER_SCHEMA },
    { path: join(folder, 'README.md'), text: starterReadme(name) },
    { path: join(folder, '.gitignore'), text: 'node_modules/\n.ocg/\ncdk.out/\n' },
  ]
  // A .gitignore of the user's own is left as it is, without a word.
  const written = []
  const existing = []
  for (const file of files) if (await exists(file.path)) existing.push(file)
  const blocking = existing.filter(({ path }) => basename(path) !== '.gitignore')
  if (blocking.length > 0 && !options.force) {
    const names = blocking.map(({ path }) => basename(path)).join(' and ')
    throw new CliError(
      'declined',
      `${relative(process.cwd(), folder) || 'This folder'} already has ${names}.`,
      {
        hint: 'Choose another folder, or overwrite with --force.',
      },
    )
  }
  await mkdir(folder, { recursive: true })
  for (const file of files) {
    if (basename(file.path) === '.gitignore' && existing.includes(file)) continue
    await writeFile(file.path, file.text)
    written.push(relative(process.cwd(), file.path))
  }
  if (options.json) return output.data(`${JSON.stringify({ ok: true, name, files: written })}\n`)
  const { bold, dim } = output.colors
  output.note(`Wrote ${written.join(', ')}.\n`)
  output.note('Next:')
  const steps = relative(process.cwd(), folder)
  if (steps) output.note(`  ${bold(`cd ${steps}`)}`)
  output.note(
    `  ${bold(`npx ocg dev -n ${name}`)}      ${dim('# runs the backend and follows schema.graphql')}`,
  )
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
