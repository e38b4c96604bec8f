import { randomUUID } from 'node:crypto'
import { DataFolderError } from './dataFolderError.js'
import type { Environment } from './environment.js'
import { metaValue, putMetaValue } from './meta.js'

/** Number of the store's layout. Raise it with a step in `MIGRATIONS`. */
export const STORE_FORMAT = 1

/** Brings a store from the format of its number to the next one, inside a write transaction. */
export type Migrations = Readonly<Record<number, (environment: Environment) => void>>

const MIGRATIONS: Migrations = {}

/**
 * Refuses a store that this version can't read: with a `DataFolderError`, and without a change to it. A new store
 * passes.
 */
export function checkFormat(environment: Pick<Environment, 'meta'>, folder: string, format = STORE_FORMAT) {
  const stored = metaValue(environment, FORMAT)
  if (stored === undefined) return
  const found = Number(stored)
  if (!Number.isInteger(found)) {
    throw new DataFolderError('corrupt', `The store in ${folder} has no readable format number.`)
  }
  if (found > format) {
    throw new DataFolderError(
      'newerFormat',
      `The store in ${folder} has format ${found}, and this version of oc-graphql reads formats up to ${format}. Use the version that wrote it, or a later one.`,
    )
  }
}

/**
 * Marks a new store with its format and id, or migrates an older one, and answers the id. Runs in the current
 * write transaction: of two processes that open a new folder at once, one creates and the other finds.
 */
export function settleFormat(
  environment: Environment,
  folder: string,
  format = STORE_FORMAT,
  migrations: Migrations = MIGRATIONS,
): string {
  checkFormat(environment, folder, format)
  const id = metaValue(environment, ID) ?? randomUUID()
  for (let step = Number(metaValue(environment, FORMAT) ?? format); step < format; step++) {
    const migrate = migrations[step]
    if (!migrate) {
      throw new DataFolderError('corrupt', `The store in ${folder} has format ${step}, which never existed.`)
    }
    migrate(environment)
  }
  putMetaValue(environment, ID, id)
  putMetaValue(environment, FORMAT, String(format))
  return id
}

const FORMAT = 'format'
const ID = 'id'
