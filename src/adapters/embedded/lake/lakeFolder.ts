import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DayNumber, dayFolder, dayOfFolder } from './days.js'

/** Name of each day's file. */
export const FILE_NAME = 'rows.parquet'

/** Folder of the published lake in a data folder. */
export function lakeFolder(dataFolder: string): string {
  return join(dataFolder, 'lake')
}

/** What lies where below the lake's folder. */
export function lakePlaces(folder: string) {
  const tables = join(folder, 'tables')
  return {
    tables,
    /** Whatever is not finished: it has its place in no table, so that no reader can come upon it. */
    unfinished: join(folder, '.publishing'),
    manifest: join(folder, 'publication.json'),
    table: (table: string) => join(tables, table),
    day: (table: string, day: DayNumber) => join(tables, table, dayFolder(day), FILE_NAME),
  } as const
}

/** Size in bytes; undefined when there is no such file. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Days of a table that have a file, with their sizes. */
export async function publishedDays(tableFolder: string): Promise<Map<DayNumber, number>> {
  const days = new Map<DayNumber, number>()
  for (const year of await names(tableFolder)) {
    for (const month of await names(join(tableFolder, year))) {
      for (const date of await names(join(tableFolder, year, month))) {
        const day = dayOfFolder(`${year}/${month}/${date}`)
        if (day === undefined) continue
        const size = await sizeOf(join(tableFolder, year, month, date, FILE_NAME))
        if (size !== undefined) days.set(day, size)
      }
    }
  }
  return days
}

/** Names in a folder; none when it is missing, or no folder. */
export async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Removes a day's file, and the folders that are left empty, durably. */
export async function removeDay(tableFolder: string, day: DayNumber): Promise<void> {
  let folder = join(tableFolder, dayFolder(day))
  await rm(join(folder, FILE_NAME), { force: true })
  while (folder !== tableFolder && (await names(folder)).length === 0) {
    await rm(folder, { recursive: true, force: true })
    folder = dirname(folder)
  }
  await syncFolder(folder)
}

/** Puts durable files into their places, each at once, and makes that durable too. */
export async function putFiles(
  files: readonly { readonly from: string; readonly to: string }[],
  root: string,
): Promise<void> {
  const folders = new Set<string>()
  for (const { from, to } of files) {
    await mkdir(dirname(to), { recursive: true })
    await rename(from, to)
    for (let one = dirname(to); one.length >= root.length; one = dirname(one)) folders.add(one)
  }
  for (const folder of folders) await syncFolder(folder)
}

/** Waits until a file's content is on disk. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Waits until the names in a folder are on disk, where the system knows of that. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
