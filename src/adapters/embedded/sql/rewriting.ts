import type { LakeTable } from '../../../model/lakeSchema.js'
import { forkProcess } from './forkProcess.js'
import type { EngineLimits } from './imageFile.js'

/** What the rewriter's process is told. */
export interface RewriteOrder {
  readonly folder: string
  /** Of the image to make. */
  readonly generation: number
  /** The file to make, and where to put what does not fit into memory: of this order only. */
  readonly file: string
  readonly spill: string
  readonly tables: readonly LakeTable[]
  readonly limits: EngineLimits
  /** Somebody waits for it: it goes before what is done by itself. */
  readonly urgent: boolean
}

export type FromRewriter =
  | { readonly kind: 'progress'; readonly table: string; readonly rows: number }
  | { readonly kind: 'made' }
  | { readonly kind: 'failed'; readonly detail: string }

/** Threads of the store and of one engine. */
const THREADS = 4
const STDERR_CHARS = 2000

/**
 * Has a process of its own make a fresh image: its work and memory are not the statements'. Rejects when it could not
 * be made; when `signal` aborts, with its reason.
 */
export async function makeImageApart(
  order: RewriteOrder,
  onProgress: (table: string, rows: number) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const child = forkProcess('rewriter', THREADS)
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARS)
  })
  try {
    await new Promise<void>((resolve, reject) => {
      let outcome: FromRewriter | undefined
      child.on('message', (message: FromRewriter) => {
        if (message.kind === 'progress') onProgress(message.table, message.rows)
        else outcome = message
      })
      child.on('error', reject)
      // Only the end of the process says that it has let go of its files.
      child.on('exit', (code, killed) => {
        if (outcome?.kind === 'made') return resolve()
        const reason =
          outcome?.kind === 'failed' ? outcome.detail : `It ended with ${killed ?? code}. ${stderr}`
        reject(new Error(`A fresh image could not be made: ${reason}`))
      })
      child.send(order)
    })
  } finally {
    signal.removeEventListener('abort', kill)
    signal.throwIfAborted()
  }
}
