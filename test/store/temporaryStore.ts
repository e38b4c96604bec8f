import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenStoreOptions, openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'

/** A folder for one test; `remove` takes it away again. */
export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-store-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A new store in a folder of its own; `remove` closes it and takes the folder away. */
export async function temporaryStore(
  options?: OpenStoreOptions,
): Promise<{ store: Store; folder: string; remove(): Promise<void> }> {
  const { folder, remove } = await temporaryFolder()
  const store = await openStore(folder, options)
  return {
    store,
    folder,
    async remove() {
      await store.close()
      await remove()
    },
  }
}
