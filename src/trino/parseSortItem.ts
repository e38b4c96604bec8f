import type { SortItem } from './ast.js'
import type { TokenReader } from './tokenReader.js'

/** Reads one item of ORDER BY. */
export function parseSortItem(reader: TokenReader): SortItem {
  const { start } = reader.peek()
  const expression = reader.expression()
  const descending = reader.takeWords('DESC')
  if (!descending) reader.takeWords('ASC')
  let nulls: 'FIRST' | 'LAST' | undefined
  if (reader.takeWords('NULLS', 'FIRST')) nulls = 'FIRST'
  else if (reader.takeWords('NULLS', 'LAST')) nulls = 'LAST'
  return { expression, descending, ...(nulls && { nulls }), ...reader.spanFrom(start) }
}
