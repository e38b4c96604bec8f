import type { Frame, FrameBound, WindowSpec } from './ast.js'
import { parseSortItem } from './parseSortItem.js'
import type { TokenReader } from './tokenReader.js'

/** Reads `([base] [PARTITION BY …] [ORDER BY …] [frame])`. */
export function parseWindow(reader: TokenReader): WindowSpec {
  const { start } = reader.expectOperator('(')
  const isBase = reader.isName() && !reader.isOneOf('PARTITION', 'ROWS', 'RANGE', 'GROUPS')
  const base = isBase ? reader.expectName() : undefined
  const partitionBy = reader.takeWords('PARTITION', 'BY') ? reader.list(() => reader.expression()) : []
  const orderBy = reader.takeWords('ORDER', 'BY') ? reader.list(() => parseSortItem(reader)) : []
  const frame = reader.isOneOf('ROWS', 'RANGE', 'GROUPS') ? parseFrame(reader) : undefined
  reader.expectOperator(')')
  return { ...(base && { base }), partitionBy, orderBy, ...(frame && { frame }), ...reader.spanFrom(start) }
}

function parseFrame(reader: TokenReader): Frame {
  const token = reader.next()
  const unit = token.text.toUpperCase() as Frame['unit']
  if (!reader.takeWords('BETWEEN')) {
    return { unit, from: parseBound(reader), ...reader.spanFrom(token.start) }
  }
  const from = parseBound(reader)
  reader.expectWord('AND')
  return { unit, from, to: parseBound(reader), ...reader.spanFrom(token.start) }
}

function parseBound(reader: TokenReader): FrameBound {
  if (reader.takeWords('UNBOUNDED', 'PRECEDING')) return { kind: 'unboundedPreceding' }
  if (reader.takeWords('UNBOUNDED', 'FOLLOWING')) return { kind: 'unboundedFollowing' }
  if (reader.takeWords('CURRENT', 'ROW')) return { kind: 'currentRow' }
  const value = reader.expression()
  if (reader.takeWords('PRECEDING')) return { kind: 'preceding', value }
  if (reader.takeWords('FOLLOWING')) return { kind: 'following', value }
  return reader.fail('PRECEDING or FOLLOWING')
}
