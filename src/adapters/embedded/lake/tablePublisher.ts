import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Follower } from '../sql/follower.js'
import type { Image } from '../sql/image.js'
import { definitionHash } from '../sql/imageSchema.js'
import { countDays, type DayGroup, groupDays, loadGroup, type RowsOfDays } from './dayGroups.js'
import { type DayNumber, dayFolder } from './days.js'
import type { DayVersions, DirtyDays } from './dirtyDays.js'
import {
  FILE_NAME,
  type lakePlaces,
  publishedDays,
  putFiles,
  removeDay,
  sizeOf,
  syncFile,
  syncFolder,
} from './lakeFolder.js'
import type { PublishedTable } from './manifest.js'
import { openParquetWriter, type ParquetCompression, type ParquetWriter } from './parquetWriter.js'
import { writing } from './publishFailure.js'

export interface TablePublisherOptions {
  readonly image: Image
  /** Uses a connection to the image as it is at this moment: another one may take its place at any time. */
  readonly reading: <T>(use: (reader: DuckDBConnection) => Promise<T>) => Promise<T>
  readonly follower: Pick<Follower, 'inTurn'>
}

export interface PublishOptions {
  /** Folder of the lake, always the same. */
  readonly folder: string
  /** Of files that are written from now on. */
  readonly compression: ParquetCompression
  /** Also compares the files with the days of the image: finds what somebody has removed, drops empty files. */
  readonly thorough: boolean
  /** Ends the publication at once: what it had not put in place is left out. */
  readonly signal: AbortSignal
  /** Rows of a table that have been written so far, of how many. */
  readonly onProgress: (table: string, rows: number, total: number) => void
}

/** One publication, and what it has done so far. */
export interface PublishRun extends PublishOptions {
  readonly places: ReturnType<typeof lakePlaces>
  written: number
  removed: number
  rows: number
  /** Opened when the first file is written; whoever runs the publication closes it. */
  writer: ParquetWriter | undefined
}

/** Brings the files of one table up to the image. The marks of days go when their files are in place, durably. */
export interface TablePublisher {
  whole(table: LakeTable, run: PublishRun): Promise<PublishedTable>
  days(table: LakeTable, before: PublishedTable, run: PublishRun): Promise<PublishedTable>
}

/** Beside the image's own memory. A larger day is sorted on disk. */
const MEMORY_MB = 256

export function createTablePublisher({ image, reading, follower }: TablePublisherOptions): TablePublisher {
  const plainTables = new Set<string>()

  /** Writes every day of a table beside its place, and swaps the whole. */
  async function whole(table: LakeTable, run: PublishRun): Promise<PublishedTable> {
    const versions = dirtyOf(image).of(table.name)
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
  async function days(table: LakeTable, before: PublishedTable, run: PublishRun): Promise<PublishedTable> {
    const versions = dirtyOf(image).of(table.name)
    const place = run.places.table(table.name)
    const due = run.thorough
      ? await differingDays(table, versions, run)
      : { write: [...versions.keys()], counts: await countOf(table, versions), found: before }
    const total = sumOf(due.counts, due.write)
    let { files, bytes } = due.found
    let rows = 0
    for (const group of groupDays(due.write, due.counts)) {
      run.signal.throwIfAborted()
      const written = await writeGroup(table, group, run)
      rows += written.rows
      const puts: { from: string; to: string }[] = []
      for (const { day, file, size } of written.days) {
        const to = run.places.day(table.name, day)
        const old = await sizeOf(to)
        if (old === undefined && !due.counts.has(day)) continue
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
    run: PublishRun,
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
  async function writeGroup(table: LakeTable, group: DayGroup, run: PublishRun): Promise<WrittenGroup> {
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

  async function writerOf(run: PublishRun): Promise<ParquetWriter> {
    run.writer ??= await writing(() =>
      openParquetWriter({
        spill: join(run.places.unfinished, 'spill'),
        memoryMb: MEMORY_MB,
        compression: run.compression,
        signal: run.signal,
        plainTables,
      }),
    )
    return run.writer
  }

  return { whole, days }
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

/** The marks of an image that is published. */
export function dirtyOf(image: Image): DirtyDays {
  if (!image.dirty) throw new Error('invariant: this image is not published')
  return image.dirty
}

async function swapTable(staged: string, place: string, old: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true })
  await rm(old, { recursive: true, force: true })
  try {
    await rename(place, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rename(staged, place)
  await syncFolder(dirname(place))
  await rm(old, { recursive: true, force: true })
}

function sumOf(counts: RowsOfDays, days: Iterable<DayNumber> = counts.keys()): number {
  let sum = 0
  for (const day of days) sum += counts.get(day) ?? 0
  return sum
}
