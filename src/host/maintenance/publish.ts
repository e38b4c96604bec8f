import { AppError } from '../../errors/appError.js'
import type { JsonObject } from '../../model/json.js'
import { SqlError } from '../../ports/sqlEngine.js'
import type { Perform } from './work.js'

/** Brings the Parquet lake up to everything that was acknowledged before, and looks at every file. */
export const publish: Perform<'publish'> = async (host, _work, { onProgress, signal }) => {
  try {
    const {
      startedAt,
      unpublishedSince: _,
      ...published
    } = await host.sql.publish({
      fresh: true,
      thorough: true,
      signal,
      onProgress: (table, rows, total) => onProgress({ step: table, done: rows, total }),
    })
    return { publishedAt: new Date(startedAt).toISOString(), ...published } satisfies JsonObject
  } catch (error) {
    if (error instanceof SqlError && !signal.aborted) throw new AppError('Internal', error.message)
    throw error
  }
}
