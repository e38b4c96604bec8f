import type { Project } from '../../model/types.js'
import { pathsOfShape } from './storedPaths.js'
import type { StoredHashes } from './tableHashes.js'
import { shapeHash } from './tableHashes.js'
import { type TableShape, tableShapes } from './tableShapes.js'

/** Where the history is kept, whole. What is written replaces what was there. */
export interface HistoryStore {
  /** A text of `historyText`; undefined before the first. */
  read(): string | undefined
  write(text: string): Promise<void>
}

/**
 * What stored rows can hold, of every table that there ever was. Complete only if every model that the data was run
 * with is in it: `meta#project` names its number, and a program that knows nothing of it takes that name away.
 */
export interface FieldHistory {
  readonly number: number
  readonly tables: ReadonlyMap<string, TableHistory>
}

export interface TableHistory {
  /** Definition that the data was last run with; absent once the table has left the model. */
  readonly shape?: TableShape
  /** Places beyond those of the shape at which rows may hold values; undefined: nobody knows. */
  readonly former: ReadonlySet<string> | undefined
}

export function historyText({ number, tables }: FieldHistory): string {
  const entries = [...tables].map(([name, { shape, former }]) => [
    name,
    { ...(shape && { shape }), ...(former && { former: [...former] }) },
  ])
  return JSON.stringify({ number, tables: entries })
}

interface HistoryJson {
  readonly number: number
  readonly tables: readonly (readonly [
    string,
    { readonly shape?: TableShape; readonly former?: readonly string[] },
  ])[]
}

export function parseHistory(text: string): FieldHistory {
  const { number, tables } = JSON.parse(text) as HistoryJson
  return {
    number,
    tables: new Map(
      tables.map(([name, { shape, former }]) => [
        name,
        { ...(shape && { shape }), former: former && new Set(former) },
      ]),
    ),
  }
}

/** What has been found out about the stored data on the way to another model. */
export interface Findings {
  /** The history that is complete up to now. */
  readonly past: FieldHistory | undefined
  /** Of tables whose rows have all been read: the places at which they hold values. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether a table that no history tells of has no rows. */
  isEmpty(table: string, kind: TableShape['kind']): Promise<boolean>
}

/** The history from the moment on in which the data is run with this model. */
export async function nextHistory(project: Project, number: number, found: Findings): Promise<FieldHistory> {
  const tables = new Map<string, TableHistory>()
  for (const [name, { shape, former }] of found.past?.tables ?? []) {
    // Rows of a table that has gone are gone too. Should it come back, what was written at its very end may still be there.
    tables.set(name, { former: former && new Set([...former, ...(shape ? pathsOfShape(shape) : [])]) })
  }
  for (const [name, shape] of tableShapes(project)) {
    const known = found.past?.tables.get(name)
    const seen = found.seen.get(name)
    tables.set(name, { shape, former: withoutOwn(await formerOf(), shape) })

    async function formerOf(): Promise<Iterable<string> | undefined> {
      // Beside the reading, rows were written under the former model.
      if (seen) return [...seen, ...(known?.shape ? pathsOfShape(known.shape) : [])]
      if (known) return tables.get(name)?.former
      if (found.past) return []
      return (await found.isEmpty(name, shape.kind)) ? [] : undefined
    }
  }
  return { number, tables }
}

function withoutOwn(former: Iterable<string> | undefined, shape: TableShape): Set<string> | undefined {
  if (!former) return undefined
  const own = pathsOfShape(shape)
  return new Set([...former].filter((path) => !own.has(path)))
}

/** Whether no row of a table holds a value at a place, under any model that there ever was. */
export function freePlaces(table: TableHistory | undefined): (place: string) => boolean {
  if (!table?.former) return () => false
  const { former, shape } = table
  const own = shape ? pathsOfShape(shape) : new Set<string>()
  return (place) => !former.has(place) && !own.has(place)
}

/** The shape that the data was last run with, if it is the one that `meta#project` tells of. */
export function shapeInForce(
  name: string,
  past: FieldHistory | undefined,
  stored: StoredHashes,
): TableShape | undefined {
  const shape = past?.tables.get(name)?.shape
  if (!shape || !stored || !Object.hasOwn(stored, name)) return undefined
  return shapeHash(shape) === stored[name] ? shape : undefined
}
