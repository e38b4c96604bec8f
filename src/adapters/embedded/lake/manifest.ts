import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LAKE_FORMAT } from '../../../lake/lakeTableFormat.js'
import { SqlError } from '../../../ports/sqlEngine.js'
import { syncFolder } from './lakeFolder.js'

/** What is published, as the lake's folder says it. Written after the files that it speaks of. */
export interface Manifest {
  readonly format: number
  /** Of the image that the files are from. */
  readonly lineage: string
  /** Complete tables by lake name. */
  readonly tables: Readonly<Record<string, PublishedTable>>
  /** Time of the last complete publication, ISO 8601. Absent before the first. */
  readonly publishedAt?: string
  /** The files show the change feed up to here. */
  readonly position?: number
}

export interface PublishedTable {
  /** Of its definition: a table with another one is written anew. */
  readonly hash: string
  readonly files: number
  readonly bytes: number
}

/** Undefined when there is none that can be read. Throws `SqlError` for one of a later version. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  let manifest: Manifest
  try {
    manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest
  } catch {
    return undefined
  }
  if (manifest.format > LAKE_FORMAT) {
    throw new SqlError(
      'unavailable',
      `The Parquet lake is of format ${manifest.format}, and this version writes ${LAKE_FORMAT}. Use a newer version, or remove the folder lake/.`,
    )
  }
  return manifest.format === LAKE_FORMAT ? manifest : undefined
}

export async function writeManifest(file: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const unfinished = `${file}.unfinished`
  const handle = await open(unfinished, 'w')
  try {
    await handle.writeFile(`${JSON.stringify({ format: LAKE_FORMAT, ...manifest }, undefined, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, file)
  await syncFolder(dirname(file))
}
