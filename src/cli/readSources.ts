import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Source } from '../errors/diagnostic.js'
import { CliError } from './cliError.js'

/** Taken when no `-f` is given. */
export const DEFAULT_SCHEMA = 'schema.graphql'

const SCHEMA_FILE = /\.(graphql|graphqls|gql)$/i

/**
 * Reads the schema's files in the order given; a folder gives its `.graphql` files, its subfolders' too, in the
 * order of their names. Throws `CliError` when there is nothing to read.
 */
export async function readSources(paths: readonly string[] | undefined): Promise<Source[]> {
  const files: string[] = []
  for (const path of paths ?? [DEFAULT_SCHEMA]) {
    for (const file of await schemaFiles(path, paths === undefined))
      if (!files.includes(file)) files.push(file)
  }
  return Promise.all(files.map(readSource))
}

async function schemaFiles(path: string, isDefault: boolean): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause
    if (isDefault) {
      throw new CliError('input', `There is no ${DEFAULT_SCHEMA} in this folder.`, {
        hint: 'Name the schema with -f FILE, or start a new one with: ocg init',
      })
    }
    throw new CliError('input', `The schema file ${path} does not exist.`, {
      hint: 'Check the path after -f. It is relative to the current folder.',
    })
  })
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  const files = names
    .filter((name) => SCHEMA_FILE.test(name) && !/(^|[\\/])(node_modules|\.)/.test(name))
    .sort()
  if (files.length === 0) {
    throw new CliError('input', `The folder ${path} holds no .graphql file.`, {
      hint: 'Name the schema file itself with -f FILE.',
    })
  }
  return files.map((name) => join(path, name))
}

async function readSource(file: string): Promise<Source> {
  const bytes = await readFile(file)
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (cause) {
    throw new CliError('input', `The schema file ${file} is not UTF-8 text.`, {
      hint: 'Save it with the encoding UTF-8.',
      cause,
    })
  }
}
