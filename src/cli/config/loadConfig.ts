import { readFile, stat } from 'node:fs/promises'
import { extname, join, relative, resolve } from 'node:path'
import type { OcgConfig } from '../../deploy/config/ocgConfig.js'
import { CliError } from '../cliError.js'

/** Names of the configuration file, in the order in which they are looked for. */
export const CONFIG_FILES = [
  'ocg.config.ts',
  'ocg.config.mts',
  'ocg.config.js',
  'ocg.config.mjs',
  'ocg.config.json',
] as const

export interface LoadedConfig {
  readonly config: OcgConfig
  /** As it is shown to the user; undefined when there is no such file. */
  readonly file: string | undefined
}

/**
 * Loads and checks the configuration: the file that is named, or the first of `CONFIG_FILES` in the folder, or none.
 * Throws `CliError` with every mistake in it.
 */
export async function loadConfig(given: string | undefined, folder = process.cwd()): Promise<LoadedConfig> {
  const path = given === undefined ? await findConfig(folder) : resolve(folder, given)
  if (path === undefined) return { config: {}, file: undefined }
  const file = relative(folder, path) || path
  if (!(await stat(path).catch(() => undefined))?.isFile()) {
    throw new CliError('input', `The configuration file ${file} does not exist.`, {
      hint: 'Check the path after --config. It is relative to the current folder.',
    })
  }
  const value = await readConfig(path, file)
  const { checkConfig } = await import('../../deploy/config/checkConfig.js')
  const result = checkConfig(value)
  if (result.ok) return { config: result.config, file }
  throw configMistakes(file, result.mistakes)
}

/** Mistakes of a configuration as one failure. */
export function configMistakes(
  file: string | undefined,
  mistakes: readonly { readonly path: string; readonly message: string }[],
): CliError {
  const list = mistakes.map(({ message }) => `\n  ${message}`).join('')
  const what = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
  return new CliError('input', `${file ?? 'The configuration'} has ${what}:${list}`, {
    hint: 'Every setting is explained in docs/configuration.md.',
  })
}

async function findConfig(folder: string): Promise<string | undefined> {
  for (const name of CONFIG_FILES) {
    const path = join(folder, name)
    if ((await stat(path).catch(() => undefined))?.isFile()) return path
  }
  return undefined
}

async function readConfig(path: string, file: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
    const [{ createJiti }, { defineConfig }] = await Promise.all([
      import('jiti'),
      import('../../deploy/config/ocgConfig.js'),
    ])
    // The whole library would take its time, and may not even be installed beside the file.
    const virtualModules = { 'oc-graphql': { defineConfig } }
    const jiti = createJiti(import.meta.url, { fsCache: false, virtualModules })
    return await jiti.import(path, { default: true })
  } catch (cause) {
    const { message } = cause as Error
    throw new CliError('input', `The configuration file ${file} can't be loaded: ${firstLine(message)}`, {
      cause,
      ...(process.env.OCG_DEBUG !== '1' && { hint: 'OCG_DEBUG=1 shows where it fails.' }),
    })
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
