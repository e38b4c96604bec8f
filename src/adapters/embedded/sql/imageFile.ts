import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoteString } from '../dialect/ddl.js'
import { engineFailure } from './failures.js'
import type { SqlLimits } from './sqlLimits.js'

/** Limits of an engine that opens an image. */
export type EngineLimits = Pick<SqlLimits, 'threads' | 'memoryMb' | 'spillMb'>

/**
 * The image's file in a data folder. Each rewriting makes a file of the next generation; the highest that is whole is
 * the image, and a process that was killed between two steps may leave one beside it.
 */
export function imageFile(folder: string, generation = currentGeneration(folder)): string {
  return join(folder, generation === 0 ? 'image.duckdb' : `image-${generation}.duckdb`)
}

/**
 * Where this process has the image of a generation made, and what is spilled meanwhile. The next process has it made
 * elsewhere, while a killed one's may still be ending; what is left is removed at its start.
 */
export function unfinishedImage(folder: string, generation: number) {
  const end = `${process.pid}.part`
  return {
    file: `${imageFile(folder, generation)}.${end}`,
    spill: spillFolder(folder, `${generation}.${end}`),
  } as const
}

/** Generations that have a file, the highest first. */
export function imageGenerations(folder: string): number[] {
  return imageNames(folder)
    .flatMap(({ generation, end }) => (end === '' ? [generation] : []))
    .sort((a, b) => b - a)
}

/** Where statements put what does not fit into memory. Engines that run at the same time have a folder each. */
export function spillFolder(folder: string, generation: number | string): string {
  return join(spillRoot(folder), String(generation))
}

/** Removes what earlier processes have spilled. */
export function clearSpill(folder: string): void {
  rmSync(spillRoot(folder), { recursive: true, force: true })
}

/** Removes the files of every generation but one: without one, the image is made again from the table. */
export function removeImages(folder: string, except?: number): void {
  for (const { name, generation, end } of imageNames(folder)) {
    const kept = generation === except && (end === '' || end === '.wal')
    if (!kept) rmSync(join(folder, name), { force: true })
  }
}

/** Removes the files of one generation. */
export function removeGeneration(folder: string, generation: number): void {
  for (const one of imageNames(folder)) {
    if (one.generation === generation) rmSync(join(folder, one.name), { force: true })
  }
  for (const spill of [spillFolder(folder, generation), unfinishedImage(folder, generation).spill]) {
    rmSync(spill, { recursive: true, force: true })
  }
}

/** Bytes of an image on disk, its log included. */
export function imageBytes(folder: string, generation: number): number {
  return sizeOf(imageFile(folder, generation)) + logBytes(folder, generation)
}

/** Bytes of an image's log: what has changed since its file was last written in order. */
export function logBytes(folder: string, generation: number): number {
  return sizeOf(`${imageFile(folder, generation)}.wal`)
}

/** Notes that the image can't be trusted: whoever opens it next makes it again. */
export function markDamaged(folder: string): void {
  writeFileSync(damageMark(folder), '')
}

export function isMarkedDamaged(folder: string): boolean {
  return existsSync(damageMark(folder))
}

/**
 * Opens a database, and makes it when it is missing, with an engine that is shut in: it reaches its own file and its
 * spill folder, and no statement can change that. Waits for a process that is still letting go of the file. Throws what
 * the engine throws for a file that can't be read.
 */
export async function openEngine(file: string, spill: string, limits: EngineLimits): Promise<DuckDBInstance> {
  // The engine makes the last of these folders only.
  mkdirSync(dirname(spill), { recursive: true })
  const instance = await openPatiently(file)
  await configure(instance, spill, limits)
  return instance
}

/** Uses a connection of its own. */
export async function withConnection<T>(
  instance: DuckDBInstance,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await instance.connect()
  try {
    return await use(connection)
  } finally {
    connection.closeSync()
  }
}

function currentGeneration(folder: string): number {
  return imageGenerations(folder)[0] ?? 0
}

interface ImageName {
  readonly name: string
  readonly generation: number
  /** What follows the generation's own name: `.wal`, `.part`, `.part.wal`, `.damaged`. */
  readonly end: string
}

function imageNames(folder: string): ImageName[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const parts = /^image(?:-([1-9]\d*))?\.duckdb(.*)$/.exec(name)
    return parts ? [{ name, generation: Number(parts[1] ?? 0), end: parts[2] as string }] : []
  })
}

function spillRoot(folder: string): string {
  return join(folder, 'sql-spill')
}

function damageMark(folder: string): string {
  return `${imageFile(folder, 0)}.damaged`
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

const LOCK_WAIT_MS = 15_000

async function openPatiently(file: string): Promise<DuckDBInstance> {
  const giveUp = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      return await DuckDBInstance.create(file)
    } catch (error) {
      const locked = engineFailure(error).text.includes('Could not set lock')
      if (!locked) throw error
      // An image that another process holds is never removed: the end of this one is the answer.
      if (Date.now() > giveUp) process.exit(1)
      await sleep(50)
    }
  }
}

async function configure(instance: DuckDBInstance, spill: string, limits: EngineLimits): Promise<void> {
  await withConnection(instance, async (connection) => {
    for (const setting of [
      `SET GLOBAL threads = ${limits.threads}`,
      `SET GLOBAL memory_limit = '${limits.memoryMb}MiB'`,
      `SET GLOBAL temp_directory = ${quoteString(spill)}`,
      `SET GLOBAL max_temp_directory_size = '${limits.spillMb}MiB'`,
      // A long statement gives its threads back now and then: a short one beside it is not held up.
      'SET GLOBAL scheduler_process_partial = true',
      `SET GLOBAL TimeZone = 'UTC'`,
      'SET GLOBAL autoinstall_known_extensions = false',
      'SET GLOBAL autoload_known_extensions = false',
      'SET GLOBAL allow_community_extensions = false',
      'SET GLOBAL allow_persistent_secrets = false',
      'SET GLOBAL enable_external_access = false',
      'SET GLOBAL lock_configuration = true',
    ]) {
      await connection.run(setting)
    }
  })
}
