import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Logger } from '../../../ports/system.js'
import type { Follower } from '../sql/follower.js'
import type { Image } from '../sql/image.js'
import { definitionHash } from '../sql/imageSchema.js'
import type { PublishedLake } from '../sql/protocol.js'
import { countDays, type DayGroup, groupDays, loadGroup, type RowsOfDays } from './dayGroups.js'
import { type DayNumber, dayFolder } from './days.js'
import type { DayVersions, DirtyDays } from './dirtyDays.js'
import {
  FILE_NAME,
  lakePlaces,
  names,
  publishedDays,
  putFiles,
  removeDay,
  sizeOf,
  syncFile,
  syncFolder,
} from './lakeFolder.js'
import { type PublishedTable, readManifest, writeManifest } from './manifest.js'
import { openParquetWriter, type ParquetCompression, type ParquetWriter } from './parquetWriter.js'
import { writing } from './publishFailure.js'

export interface PublisherOptions {
  readonly image: Image
  /** Uses a connection to the image as it is at this moment: another one may take its place at any time. */
  readonly reading: <T>(use: (reader: DuckDBConnection) => Promise<T>) => Promise<T>
  readonly follower: Pick<Follower, 'inTurn'>
  readonly log: Logger
}

export interface PublishOptions {
  /** Folder of the lake, always the same. */
  readonly folder: string
  /** Of files that are written from now on. */
  readonly compression: ParquetCompression
  /** Also compares the files with the days of the image: finds what somebody has removed, drops empty files. */
  readonly thorough: boolean
  readonly signal: AbortSignal
  /** Rows of a table that have been written so far, of how many. */
  readonly onProgress: (table: string, rows: number, total: number) => void
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

/** Beside the image's own memory. A larger day is sorted on disk. */
const MEMORY_MB = 256

export function createPublisher({ image, reading, follower, log }: PublisherOptions): Publisher {
  let last: Promise<unknown> = Promise.resolve()
  let isFirst = true

  async function publish(options: PublishOptions): Promise<PublishedLake> {
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
    const run: Run = { ...options, places, thorough, written: 0, removed: 0, rows: 0, writer: undefined }

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
            ? publishWhole(table, dirty, run)
            : publishDays(table, before as PublishedTable, dirty, run))
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

  /** Writes every day of a table beside its place, and swaps the whole. */
  async function publishWhole(table: LakeTable, dirty: DirtyDays, run: Run): Promise<PublishedTable> {
    const versions = dirty.of(table.name)
    const counts = await reading((reader) => countDays(reader, table))
    const total = sumOf(counts)
    const staged = join(run.places.unfinished, 'tables', table.name)
    await writing(() => mkdir(staged, { recursive: true }))
    let bytes = 0
    let rows = 0
    for (const group of groupDays([...counts.keys()], counts)) {
      run.signal.throwIfAborted()
      const files = await writeGroup(table, group, run)
      rows += files.rows
      bytes += files.bytes
      await writing(() =>
        putFiles(
          files.days.map(({ day, file }) => ({ from: file, to: join(staged, dayFolder(day), FILE_NAME) })),
          staged,
        ),
      )
      run.onProgress(table.name, rows, total)
    }
    run.signal.throwIfAborted()
    await writing(() => swapTable(staged, run.places.table(table.name), join(run.places.unfinished, 'old')))
    await follower.inTurn(() => dirtyOf(image).clear(image.writer, table.name, versions))
    return { hash: definitionHash(table), files: counts.size, bytes }
  }

  /** Writes the days that have changed. A day without rows keeps an empty file: removing it fails who has listed it. */
  async function publishDays(
    table: LakeTable,
    before: PublishedTable,
    dirty: DirtyDays,
    run: Run,
  ): Promise<PublishedTable> {
    const versions = dirty.of(table.name)
    const place = run.places.table(table.name)
    const days = run.thorough
      ? await differingDays(table, versions, run)
      : { write: [...versions.keys()], counts: await countOf(table, versions), found: before }
    const total = sumOf(days.counts, days.write)
    let { files, bytes } = days.found
    let rows = 0
    for (const group of groupDays(days.write, days.counts)) {
      run.signal.throwIfAborted()
      const written = await writeGroup(table, group, run)
      rows += written.rows
      const puts: { from: string; to: string }[] = []
      for (const { day, file, size } of written.days) {
        const to = run.places.day(table.name, day)
        const old = await sizeOf(to)
        if (old === undefined && !days.counts.has(day)) continue
        puts.push({ from: file, to })
        files += old === undefined ? 1 : 0
        bytes += size - (old ?? 0)
      }
      await writing(() => putFiles(puts, place))
      const own = new Map([...versions].filter(([day]) => group.includes(day)))
      await follower.inTurn(() => dirtyOf(image).clear(image.writer, table.name, own))
      run.onProgress(table.name, rows, total)
    }
    return { hash: definitionHash(table), files, bytes }
  }

  async function countOf(table: LakeTable, versions: DayVersions): Promise<RowsOfDays> {
    return reading((reader) => countDays(reader, table, [...versions.keys()]))
  }

  /** Finds days whose file is missing, and removes files of days without rows. */
  async function differingDays(
    table: LakeTable,
    versions: DayVersions,
    run: Run,
  ): Promise<{ write: DayNumber[]; counts: RowsOfDays; found: { files: number; bytes: number } }> {
    const place = run.places.table(table.name)
    const sizes = await publishedDays(place)
    const counts = await reading((reader) => countDays(reader, table))
    for (const day of sizes.keys()) {
      if (counts.has(day)) continue
      await writing(() => removeDay(place, day))
      sizes.delete(day)
      run.removed += 1
    }
    const missing = [...counts.keys()].filter((day) => !sizes.has(day))
    const empty = new Map([...versions].filter(([day]) => !counts.has(day)))
    await follower.inTurn(() => dirtyOf(image).clear(image.writer, table.name, empty))
    return {
      write: [...new Set([...missing, ...versions.keys()])].filter((day) => counts.has(day)),
      counts,
      found: { files: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) },
    }
  }

  /** Writes the days of a group into unfinished files, durably. */
  async function writeGroup(table: LakeTable, group: DayGroup, run: Run): Promise<WrittenGroup> {
    const writer = await writerOf(run)
    const rows = await reading((reader) => loadGroup(reader, writer, table, group))
    const days: WrittenDay[] = []
    for (const day of group) {
      run.signal.throwIfAborted()
      const file = join(run.places.unfinished, `${run.written}.parquet`)
      await writing(async () => {
        await writer.write(day, file)
        await syncFile(file)
        days.push({ day, file, size: (await sizeOf(file)) ?? 0 })
      })
      run.written += 1
    }
    run.rows += rows
    return { rows, days, bytes: days.reduce((sum, { size }) => sum + size, 0) }
  }

  async function writerOf(run: Run): Promise<ParquetWriter> {
    run.writer ??= await writing(() =>
      openParquetWriter({
        spill: join(run.places.unfinished, 'spill'),
        memoryMb: MEMORY_MB,
        compression: run.compression,
      }),
    )
    return run.writer
  }

  return {
    publish(options) {
      const result = last.then(() => publish(options))
      last = result.catch(() => undefined)
      return result
    },
  }
}

interface Run extends PublishOptions {
  readonly places: ReturnType<typeof lakePlaces>
  written: number
  removed: number
  rows: number
  writer: ParquetWriter | undefined
}

interface WrittenDay {
  readonly day: DayNumber
  readonly file: string
  readonly size: number
}

interface WrittenGroup {
  readonly rows: number
  readonly bytes: number
  readonly days: readonly WrittenDay[]
}

function dirtyOf(image: Image): DirtyDays {
  if (!image.dirty) throw new Error('invariant: this image is not published')
  return image.dirty
}

/** Also removes what a publication that was killed has left. */
async function startAfresh(unfinished: string): Promise<void> {
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
}

async function swapTable(staged: string, place: string, old: string): Promise<void> {
  await mkdir(join(place, '..'), { recursive: true })
  await rm(old, { recursive: true, force: true })
  try {
    await rename(place, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rename(staged, place)
  await syncFolder(join(place, '..'))
  await rm(old, { recursive: true, force: true })
}

function sumOf(counts: RowsOfDays, days: Iterable<DayNumber> = counts.keys()): number {
  let sum = 0
  for (const day of days) sum += counts.get(day) ?? 0
  return sum
}
