import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { storedColumns } from '../../../../lake/lakeTableFormat.js'
import { quoteIdentifier, quoteString } from '../../dialect/ddl.js'
import { type DayNumber, dayFolder, dayOfMicros, withinDays } from '../../lake/days.js'
import { lakePlaces, publishedDays, sizeOf } from '../../lake/lakeFolder.js'
import { readManifest } from '../../lake/manifest.js'
import type { ImageTable } from '../image.js'
import { createTable, definitionHash } from '../imageSchema.js'
import { compareRows } from './compareRows.js'
import { among } from './conditions.js'
import type { ComparedPlace, VerifySource } from './place.js'
import { changedAfter, presentRows } from './tableState.js'

const MEMORY_MB = 128

/** Several may be open at the same time, each in a place of its own. */
let copies = 0

/**
 * A table as its published files have it; undefined when it has not been published as it is now. The files are read
 * once, into a database on disk. A row of a day that is marked in the image has still to be published.
 */
export async function filesPlace(
  { store, image, lakeFolder, spill }: VerifySource,
  table: ImageTable,
  prefix: string,
): Promise<ComparedPlace | undefined> {
  const { name } = table.table
  const places = lakePlaces(lakeFolder)
  const manifest = await readManifest(places.manifest)
  const isPublished = manifest?.tables[name]?.hash === definitionHash(table.table)
  if (!image.dirty || manifest?.lineage !== image.dirty.lineage || !isPublished) return undefined
  const changedDays = () => image.dirty?.of(name) ?? new Map<DayNumber, number>()
  copies += 1
  const copy = await openCopy(`${spill}-${copies}`)
  const columns = storedColumns(table.table)
    .map((column) => quoteIdentifier(column.name))
    .join(', ')
  const damaged = new Set<DayNumber>()
  await copy.connection.run(createTable(table.table, 'rows'))
  for (const [day] of await publishedDays(places.table(name))) {
    const file = quoteString(places.day(name, day))
    try {
      await copy.connection.run(
        `CREATE OR REPLACE TEMP VIEW day AS SELECT ${columns} FROM read_parquet([${file}], hive_partitioning = false)`,
      )
      const before = await copy.connection.runAndReadAll(
        `SELECT count(*) FROM day WHERE NOT (${withinDays(day, day)})`,
      )
      if (Number(before.getRows()[0]?.[0]) > 0) damaged.add(day)
      await copy.connection.run('INSERT INTO rows FROM day')
    } catch {
      // It may have been replaced or removed just now.
      if ((await sizeOf(places.day(name, day))) === undefined) continue
      damaged.add(day)
    }
  }

  return {
    name: 'files',
    compare: (condition, expected) => compareRows(copy.connection, table, 'rows', condition, expected),
    async look(ids) {
      const position = image.position
      const before = changedDays()
      const expected = presentRows(store, table, prefix, ids)
      const moving = changedAfter(store, position, prefix, ids)
      const days = new Map<string, Set<DayNumber>>()
      const note = (id: string, day: DayNumber) => days.set(id, (days.get(id) ?? new Set()).add(day))
      for (const [id, row] of expected) note(id, dayOfMicros(row.createdAt.micros))
      const held = await copy.connection.runAndReadAll(
        `SELECT ${quoteIdentifier(table.table.idColumn)}, epoch_us("createdAt") FROM rows WHERE ${among(table, ids)}`,
      )
      for (const [id, micros] of held.getRows() as [string, bigint][]) note(id, dayOfMicros(micros))
      const files: string[] = []
      for (const day of new Set([...days.values()].flatMap((own) => [...own]))) {
        const file = places.day(name, day)
        if (!damaged.has(day) && (await sizeOf(file)) !== undefined) files.push(quoteString(file))
      }
      const from =
        files.length === 0
          ? '(FROM rows LIMIT 0)'
          : `read_parquet([${files.join(', ')}], hive_partitioning = false)`
      try {
        const found = await compareRows(copy.connection, table, from, among(table, ids), expected)
        const after = changedDays()
        const waiting = new Set<string>()
        const isChanged = (day: DayNumber) => before.has(day) || after.has(day)
        // A row that has come to the files since they were copied may be of any of the days.
        const all = [...days.values()].flatMap((own) => [...own])
        for (const id of ids) if ([...(days.get(id) ?? all)].some(isChanged)) waiting.add(id)
        return { found, moving, waiting }
      } catch {
        // A file was replaced while it was read.
        return { found: new Map(), moving: new Set(ids), waiting: new Set() }
      }
    },
    // A day that has been marked since is written anew anyway.
    damaged: async () => [...damaged].filter((day) => !changedDays().has(day)).map(dayFolder),
    close: copy.close,
  }
}

async function openCopy(spill: string) {
  const file = `${spill}.duckdb`
  const remove = () => {
    for (const one of [file, `${file}.wal`]) rmSync(one, { force: true })
    rmSync(spill, { recursive: true, force: true })
  }
  remove()
  mkdirSync(dirname(file), { recursive: true })
  const instance = await DuckDBInstance.create(file, {
    threads: '1',
    memory_limit: `${MEMORY_MB}MiB`,
    temp_directory: spill,
    // It takes a file for the one before that has its size and its second.
    enable_external_file_cache: 'false',
  })
  const connection: DuckDBConnection = await instance.connect()
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
      remove()
    },
  }
}
