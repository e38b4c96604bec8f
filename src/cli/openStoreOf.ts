import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../adapters/embedded/store/store.js'
import { CliError } from './cliError.js'

/** Opens the store of a folder that has one, beside a host if one runs, uses it and closes it. */
export async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  // Opening makes what is missing; whoever mistypes a folder wants to hear of it.
  if (!(await stat(join(folder, 'store')).catch(() => undefined))?.isDirectory()) {
    throw new CliError('input', `There is no data in ${folder}.`, {
      hint: 'Name the data folder with --data, or the project with -n.',
    })
  }
  const { openStore } = await import('../adapters/embedded/store/openStore.js')
  const store = await openStore(folder)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
