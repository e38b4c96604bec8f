import { openStore } from '../store/openStore.js'
import { lowerPriority } from './lowerPriority.js'
import { makeImage } from './makeImage.js'
import type { FromRewriter, RewriteOrder } from './rewriting.js'

/**
 * Entry of the process that makes a fresh image from the table while another process's image goes on serving
 * statements. It ends with its parent, and leaves a file that nobody takes for an image.
 */
const LOWEST = 19

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

process.on('message', (message: RewriteOrder) => {
  // As much as statements have, when somebody waits.
  lowerPriority(message.urgent ? undefined : LOWEST)
  make(message).then(
    () => end({ kind: 'made' }),
    (error: unknown) =>
      end({ kind: 'failed', detail: error instanceof Error ? error.message : String(error) }),
  )
})

async function make({ folder, generation, tables, limits }: RewriteOrder): Promise<void> {
  const store = await openStore(folder)
  try {
    await makeImage({
      store,
      generation,
      limits,
      tables,
      onProgress: (table, rows) => send({ kind: 'progress', table, rows }),
    })
  } finally {
    await store.close()
  }
}

function send(message: FromRewriter): void {
  if (process.connected) process.send?.(message)
}

function end(message: FromRewriter): void {
  if (!process.connected || !process.send) process.exit(1)
  process.send(message, () => process.exit(0))
}
