import { mkdir, rm } from 'node:fs/promises'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Logger } from '../../../ports/system.js'
import { definitionHash } from '../sql/imageSchema.js'
import type { PublishedLake } from '../sql/protocol.js'
import { lakePlaces, names } from './lakeFolder.js'
import { type PublishedTable, readManifest, writeManifest } from './manifest.js'
import { writing } from './publishFailure.js'
import {
  createTablePublisher,
  dirtyOf,
  type PublishOptions,
  type PublishRun,
  type TablePublisherOptions,
} from './tablePublisher.js'

export interface PublisherOptions extends TablePublisherOptions {
  readonly log: Logger
}

/** Keeps the Parquet lake of a data folder like the query image. */
export interface Publisher {
  /**
   * Brings the files up to what the image shows at the call: one file for each day, replaced at once when a row of the
   * day has changed; a whole table when its definition has. One publication at a time; another call waits. Throws
   * `SqlError` `unavailable` when files can't be written: those from before stay, and the next call goes on.
   */
  publish(options: PublishOptions): Promise<PublishedLake>
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { image, follower, log } = options
  const tablePublisher = createTablePublisher(options)
  let last: Promise<unknown> = Promise.resolve()
  let isFirst = true

  async function publish(options: PublishOptions): Promise<PublishedLake> {
    try {
      return await publishNow(options)
    } catch (error) {
      // What is interrupted fails in words of its own.
      options.signal.throwIfAborted()
      throw error
    }
  }

  async function publishNow(options: PublishOptions): Promise<PublishedLake> {
    const started = Date.now()
    const places = lakePlaces(options.folder)
    const dirty = dirtyOf(image)
    const { position } = image
    const shown = [...image.tables.values()].map(({ table }) => table)
    const manifest = await readManifest(places.manifest)
    const isOurs = manifest?.lineage === dirty.lineage
    const tables: Record<string, PublishedTable> = { ...(isOurs && manifest.tables) }
    const known = (table: LakeTable) => tables[table.name]?.hash === definitionHash(table)
    const thorough = options.thorough || isFirst || !isOurs
    const run: PublishRun = {
      ...options,
      places,
      thorough,
      written: 0,
      removed: 0,
      rows: 0,
      writer: undefined,
    }

    const present = await names(places.tables)
    const work = shown.filter(
      (table) => thorough || !known(table) || !present.includes(table.name) || dirty.of(table.name).size > 0,
    )
    const gone = present.filter((name) => !shown.some((table) => table.name === name))
    const isDue = work.length > 0 || gone.length > 0 || manifest?.publishedAt === undefined
    let publishedAt = manifest?.publishedAt
    if (isDue) {
      try {
        await writing(() => startAfresh(places.unfinished))
        for (const table of work) {
          const isWhole = !known(table) || !present.includes(table.name)
          const before = tables[table.name]
          tables[table.name] = await (isWhole
            ? tablePublisher.whole(table, run)
            : tablePublisher.days(table, before as PublishedTable, run))
          // A long way through many tables is not gone twice.
          if (isWhole) await writing(() => writeManifest(places.manifest, { lineage: dirty.lineage, tables }))
        }
        for (const name of gone) await writing(() => rm(places.table(name), { recursive: true, force: true }))
      } finally {
        run.writer?.close()
        await rm(places.unfinished, { recursive: true, force: true }).catch((error: unknown) =>
          log.warn('Unfinished files of the Parquet lake could not be removed', { error }),
        )
      }
      for (const name of Object.keys(tables)) {
        if (!shown.some((table) => table.name === name)) delete tables[name]
      }
      publishedAt = new Date(started).toISOString()
      await writing(() =>
        writeManifest(places.manifest, {
          lineage: dirty.lineage,
          tables,
          publishedAt: publishedAt as string,
          position,
        }),
      )
      isFirst = false
    }
    // After their files: a table that comes back has none, and is written whole.
    for (const name of dirty.marked()) {
      if (shown.some((table) => table.name === name) || image.tables.has(name)) continue
      await follower.inTurn(() => dirty.clear(image.writer, name, dirty.of(name)))
    }
    const totals = Object.values(tables)
    const since = dirty.since()
    return {
      tables: totals.length,
      files: totals.reduce((sum, { files }) => sum + files, 0),
      bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
      written: run.written,
      removed: run.removed,
      rows: run.rows,
      position,
      startedAt: started,
      tookMs: Date.now() - started,
      ...(since !== undefined && { unpublishedSince: since }),
    }
  }

  return {
    publish(options) {
      const result = last.then(() => publish(options))
      last = result.catch(() => undefined)
      return result
    },
  }
}

/** Also removes what a publication that was killed has left. */
async function startAfresh(unfinished: string): Promise<void> {
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
}
