import type { Frame, FrameBound, WindowSpec } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import { render } from './render.js'
import { sortSql } from './sortKeys.js'
import { TranslateError } from './translateError.js'
import { isInteger, typeName } from './types.js'
import { windowName } from './windowName.js'

/** A window in parentheses, as DuckDB reads it. */
export function translateWindow(window: WindowSpec, environment: Environment): string {
  const inside: Environment = { ...environment, noWindows: 'a window' }
  if (window.base && !environment.windows?.has(window.base.text.toLowerCase())) {
    throw new TranslateError(`There is no window ${window.base.text}.`, window.base)
  }
  const partition = window.partitionBy.map((expression) => {
    const value = render(expression, inside)
    return value.integer === undefined ? value.sql : `(${value.sql} + 0)`
  })
  const order = window.orderBy.map((item) => sortSql(render(item.expression, inside), item))
  const parts = [
    window.base && windowName(window.base.text),
    partition.length > 0 && `PARTITION BY ${partition.join(', ')}`,
    order.length > 0 && `ORDER BY ${order.join(', ')}`,
    window.frame && translateFrame(window.frame, inside),
  ]
  return `(${parts.filter(Boolean).join(' ')})`
}

function translateFrame(frame: Frame, environment: Environment): string {
  const bound = (one: FrameBound): string => {
    switch (one.kind) {
      case 'unboundedPreceding':
        return 'UNBOUNDED PRECEDING'
      case 'unboundedFollowing':
        return 'UNBOUNDED FOLLOWING'
      case 'currentRow':
        return 'CURRENT ROW'
      default: {
        const value = render(one.value, environment)
        if (frame.unit !== 'RANGE' && !isInteger(value.type)) {
          const message = `A frame of ${frame.unit} counts with a whole number, not with ${typeName(value.type)}.`
          throw new TranslateError(message, one.value)
        }
        return `${value.sql} ${one.kind.toUpperCase()}`
      }
    }
  }
  const from = bound(frame.from)
  const { to } = frame
  if (frame.from.kind === 'unboundedFollowing' || to?.kind === 'unboundedPreceding') {
    throw new TranslateError('The frame of this window ends before it starts.', frame)
  }
  return to ? `${frame.unit} BETWEEN ${from} AND ${bound(to)}` : `${frame.unit} ${from}`
}
