import type { Json } from '../../model/json.js'
import { SqlError } from '../../ports/sqlEngine.js'
import { failedWork } from './failedWork.js'
import type { Perform } from './work.js'

/** Compares the query image, and the published files, with the table. */
export const verify: Perform<'verify'> = async (host, _work, { onProgress, signal }) => {
  try {
    const started = Date.now()
    const verified = await host.sql.verify({
      signal,
      onProgress: (table, rows) => onProgress({ step: table, done: rows }),
    })
    const seconds = (Date.now() - started) / 1000
    return { ...verified, seconds } as unknown as Json
  } catch (error) {
    if (error instanceof SqlError && !signal.aborted) throw failedWork(error)
    throw error
  }
}
