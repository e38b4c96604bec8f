import { quoteIdentifier, quoteString } from '../../dialect/ddl.js'
import type { ImageTable } from '../image.js'
import type { Slice } from './slices.js'

/** Condition on the rows of a slice. The engine compares texts by their bytes, as the table orders its keys. */
export function within({ table }: ImageTable, { after, upTo }: Slice): string {
  const id = quoteIdentifier(table.idColumn)
  const bounds = [
    ...(after === undefined ? [] : [`${id} > ${quoteString(after)}`]),
    ...(upTo === undefined ? [] : [`${id} <= ${quoteString(upTo)}`]),
  ]
  return bounds.length === 0 ? 'true' : bounds.join(' AND ')
}

/** Condition on rows by their ids. */
export function among({ table }: ImageTable, ids: readonly string[]): string {
  return `${quoteIdentifier(table.idColumn)} IN (${ids.map(quoteString).join(', ')})`
}
