import type { Query, Select, SelectItem } from '../../trino/ast.js'
import type { Span } from './problem.js'

/** The SELECT that gives a query's result its column names: the first of a set operation. Undefined for VALUES. */
export function namingSelect(query: Query): Select | undefined {
  let body = query.body
  for (;;) {
    if (body.kind === 'select') return body
    if (body.kind === 'setOperation') body = body.left
    else if (body.kind === 'parenthesized') body = body.query.body
    else return undefined
  }
}

/**
 * Items of the SELECT list, one for each of the result's columns; a star stands for all that it brings. Undefined when
 * several stars share the columns.
 */
export function itemsOfColumns(
  items: readonly SelectItem[],
  columns: number,
): readonly SelectItem[] | undefined {
  const stars = items.filter(({ kind }) => kind === 'all').length
  if (stars > 1) return undefined
  const ofStar = columns - items.length + 1
  if (stars === 1 ? ofStar < 0 : items.length !== columns) return undefined
  return items.flatMap((item) => (item.kind === 'all' ? Array<SelectItem>(ofStar).fill(item) : [item]))
}

/** Where each column of a result gets its name: its alias, else its expression or star. Undefined when nobody knows. */
export function resultPlaces(query: Query, columns: number): readonly Span[] | undefined {
  const items = namingSelect(query)?.items
  return items && itemsOfColumns(items, columns)?.map(placeOf)
}

function placeOf(item: SelectItem): Span {
  return item.kind === 'expression' ? (item.alias ?? item.expression) : item
}
