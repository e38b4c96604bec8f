import { openStore } from '../store/openStore.js'
import { lowerPriority } from './lowerPriority.js'
import { makeImage } from './makeImage.js'
import type { FromRewriter, RewriteOrder } from './rewriting.js'

/**
 * Entry of the process that makes a fresh image from the table while another process's image goes on serving
 * statements. It ends with its parent, and leaves a file that nobody takes for an image. Like its parent it lets others go
 * first, and the more so when nobody waits for it.
 */
const LOWEST = 19

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

process.on('message', (message: RewriteOrder) => {
  make(message).then(
    () => end({ kind: 'made' }),
    (error: unknown) =>
      end({ kind: 'failed', detail: error instanceof Error ? error.message : String(error) }),
  )
})

async function make({ folder, urgent, ...order }: RewriteOrder): Promise<void> {
  // Opening takes the store's write lock: who waits for the processor meanwhile holds every writer up. Reading does not.
  const store = await openStore(folder)
  if (!urgent) lowerPriority(LOWEST)
  try {
    await makeImage({
      ...order,
      store,
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
