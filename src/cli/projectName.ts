import { basename, resolve } from 'node:path'
import { CliError } from './cliError.js'

const PROJECT_NAME = /^[a-z](?:-?[a-z0-9])*$/

/** The project's name: what `-n` says, else the current folder's name made to fit. Throws `CliError`. */
export function projectName(given: string | undefined, folder = process.cwd()): string {
  if (given !== undefined) {
    if (isProjectName(given)) return given
    throw new CliError('input', `'${given}' can't be the name of a project.`, {
      hint: 'A name has 3 to 24 characters: a lower-case letter, then letters, digits and single hyphens.',
    })
  }
  const derived = fitName(basename(resolve(folder)))
  if (derived !== undefined) return derived
  throw new CliError('input', 'The project has no name.', { hint: 'Give it one: -n my-shop' })
}

/** Folder of a project's data when `--data` is not given. */
export function dataFolder(given: string | undefined, name: string): string {
  return resolve(given ?? `.ocg/${name}`)
}

/** The nearest valid name, if there is one. */
export function fitName(text: string): string | undefined {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join('-')
  const name = words
    .replace(/^[^a-z]+/, '')
    .slice(0, 24)
    .replace(/-+$/, '')
  return isProjectName(name) ? name : undefined
}

function isProjectName(name: string): boolean {
  return name.length >= 3 && name.length <= 24 && PROJECT_NAME.test(name)
}
