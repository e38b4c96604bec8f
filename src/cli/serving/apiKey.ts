import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../cliError.js'

export interface ApiKey {
  readonly key: string
  /** `given`: by option or environment. `made`: just now. `stored`: by an earlier start. */
  readonly origin: 'given' | 'made' | 'stored'
  /** Where it is stored; only for the latter two. */
  readonly file?: string
}

/** Shortest key that is accepted from given. */
const MIN_KEY_LENGTH = 8

/**
 * The key of a data folder's API: the one given, else one made once, which only the owner of the folder can read (mode 0600). Safe when two processes start at the same time. Throws `CliError`.
 */
export async function apiKeyOf(folder: string, given: string | undefined): Promise<ApiKey> {
  if (given !== undefined) {
    // What can't be sent in a header would lock everybody out.
    if (given.length >= MIN_KEY_LENGTH && /^[\x21-\x7e]+$/.test(given)) return { key: given, origin: 'given' }
    throw new CliError('input', 'The API key is not usable.', {
      hint: `Expected at least ${MIN_KEY_LENGTH} visible ASCII characters, without spaces.`,
    })
  }
  const file = join(folder, 'api-key')
  const stored = await readKey(file)
  if (stored !== undefined) return { key: stored, origin: 'stored', file }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const key = randomBytes(24).toString('base64url')
  try {
    await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
    return { key, origin: 'made', file }
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await readKey(file) : undefined
    if (other === undefined) throw error
    return { key: other, origin: 'stored', file }
  }
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    const key = (await readFile(file, 'utf8')).trim()
    if (key !== '') return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  throw new CliError('environment', `The file ${file} holds no API key.`, {
    hint: 'Remove it, and the next start makes a new one.',
  })
}
