import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { LakeTable } from '../../../model/lakeSchema.js'
import { countDays, groupDays, loadGroup } from '../lake/dayGroups.js'
import { dayFolder } from '../lake/days.js'
import { FILE_NAME } from '../lake/lakeFolder.js'
import { openParquetWriter, type ParquetWriter } from '../lake/parquetWriter.js'
import type { ExportedLake } from './protocol.js'

export interface ExportOptions {
  readonly memoryMb: number
  readonly onProgress: (table: string, rows: number) => void
}

/**
 * Writes the lake's layout: `tables/{table}/year=…/month=…/day=…/rows.parquet`, Snappy, sorted by time and id, from
 * one snapshot of the image. It is written beside its place and put there at the end.
 */
export async function exportLake(
  image: DuckDBInstance,
  tables: readonly LakeTable[],
  folder: string,
  options: ExportOptions,
): Promise<ExportedLake> {
  const part = join(folder, `tables.part-${process.pid}`)
  const spill = join(part, 'spill')
  mkdirSync(folder, { recursive: true })
  removeLeftovers(folder)
  const reader = await image.connect()
  const writer = await openParquetWriter({ spill, memoryMb: options.memoryMb, compression: 'snappy' })
  try {
    let files = 0
    let rows = 0
    await reader.run('BEGIN')
    for (const table of tables) {
      const written = await exportTable(reader, writer, table, join(part, table.name), options)
      files += written.files
      rows += written.rows
    }
    writer.close()
    rmSync(spill, { recursive: true, force: true })
    putInPlace(folder, part)
    return { tables: tables.length, files, rows }
  } finally {
    reader.closeSync()
    writer.close()
    rmSync(part, { recursive: true, force: true })
  }
}

/** What an export that was killed has left. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^tables\.(part|old)-\d+$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function putInPlace(folder: string, part: string): void {
  const place = join(folder, 'tables')
  const old = join(folder, `tables.old-${process.pid}`)
  try {
    renameSync(place, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  renameSync(part, place)
  rmSync(old, { recursive: true, force: true })
}

async function exportTable(
  reader: DuckDBConnection,
  writer: ParquetWriter,
  table: LakeTable,
  folder: string,
  options: ExportOptions,
): Promise<{ readonly files: number; readonly rows: number }> {
  mkdirSync(folder, { recursive: true })
  const counts = await countDays(reader, table)
  let rows = 0
  for (const group of groupDays([...counts.keys()], counts)) {
    rows += await loadGroup(reader, writer, table, group)
    for (const day of group) {
      const partition = join(folder, dayFolder(day))
      mkdirSync(partition, { recursive: true })
      await writer.write(day, join(partition, FILE_NAME))
    }
    options.onProgress(table.name, rows)
  }
  return { files: counts.size, rows }
}
