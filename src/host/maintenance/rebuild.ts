import { lakeFolder, lakePlaces } from '../../adapters/embedded/lake/lakeFolder.js'
import { readManifest } from '../../adapters/embedded/lake/manifest.js'
import type { JsonObject } from '../../model/json.js'
import { SqlError } from '../../ports/sqlEngine.js'
import { failedWork } from './failedWork.js'
import type { Perform } from './work.js'

/** Makes the query image again from the table, and the Parquet files from that, where there are any. */
export const rebuild: Perform<'rebuild'> = async (host, _work, { onProgress, signal }) => {
  const started = Date.now()
  try {
    const known = new Map((await host.sql.describeImage()).tables.map(({ table, rows }) => [table, rows]))
    const { tookMs: _, ...rebuilt } = await host.sql.rewriteImage({
      republish: true,
      onProgress(table, rows) {
        const total = Math.max(rows, known.get(table) ?? 0)
        onProgress({ step: table, done: rows, total })
      },
    })
    const places = lakePlaces(lakeFolder(host.store.folder))
    const isPublished = (await readManifest(places.manifest)) !== undefined
    const published = isPublished
      ? await host.sql.publish({
          fresh: true,
          thorough: true,
          signal,
          onProgress: (table, rows, total) => onProgress({ step: `${table}, files`, done: rows, total }),
        })
      : { files: 0 }
    return { ...rebuilt, files: published.files, seconds: (Date.now() - started) / 1000 } satisfies JsonObject
  } catch (error) {
    if (error instanceof SqlError && !signal.aborted) throw failedWork(error)
    throw error
  }
}
