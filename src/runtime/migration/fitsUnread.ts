import { isSystemAttribute } from './storedPaths.js'
import type { ColumnShape, FieldShape, TableShape, TypeShape } from './tableShapes.js'

/**
 * Whether every row that fitted `before` fits `after` too, whatever it holds: columns have gone, may be null, take more
 * values of an enum or numbers of a wider type, or are new, may be null, and have names under which no row holds anything.
 *
 * `isFree` says of a place (`name`, `home.street`) that no stored row holds a value there.
 */
export function fitsUnread(
  before: TableShape,
  after: TableShape,
  isFree: (place: string) => boolean,
): boolean {
  if (before.kind === 'entity' && after.kind === 'entity')
    return fieldsFit(before.columns, after.columns, '', isFree)
  if (before.kind !== 'joinTable' || after.kind !== 'joinTable') return false
  // What a relation is known by is made of these, and of their order.
  const identity = (columns: readonly ColumnShape[]) =>
    JSON.stringify(columns.filter(([, type]) => typeof type === 'string'))
  if (identity(before.columns) !== identity(after.columns)) return false
  return fieldsFit(before.columns.filter(isPlain), after.columns.filter(isPlain), '', isFree)
}

function isPlain(column: ColumnShape): column is FieldShape {
  return typeof column[1] !== 'string'
}

function fieldsFit(
  before: readonly FieldShape[],
  after: readonly FieldShape[],
  prefix: string,
  isFree: (place: string) => boolean,
): boolean {
  const former = new Map(before)
  return after.every(([name, type]) => {
    const place = `${prefix}${name}`
    const known = former.get(name)
    if (known) return typeFits(known, type, place, isFree)
    const isNew = isFree(place) && (prefix !== '' || !isSystemAttribute(name))
    return isNew && !type[1]
  })
}

function typeFits(
  before: TypeShape,
  after: TypeShape,
  place: string,
  isFree: (place: string) => boolean,
): boolean {
  if (after[1] && !before[1]) return false
  if (before[0] === 'list' && after[0] === 'list') return typeFits(before[2], after[2], place, isFree)
  if (before[0] === 'enum' && after[0] === 'enum') return before[2].every((value) => after[2].includes(value))
  if (before[0] === 'value' && after[0] === 'value') {
    return fieldsFit(before[2], after[2], `${place}.`, isFree)
  }
  if (before[0] !== 'scalar' || after[0] !== 'scalar') return before[0] === after[0] && before[2] === after[2]
  return before[2] === after[2] || (WIDER.get(before[2])?.includes(after[2]) ?? false)
}

/** Scalars whose values are all, as they are stored, values of another one. */
const WIDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['Int', ['Float', 'AWSTimestamp']],
  ['AWSTimestamp', ['Float']],
  ['ID', ['String']],
])
