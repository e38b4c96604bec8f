import type { ResultColumn, SqlTemplate } from '../../model/types.js'
import type { Query, Select, SelectExpression, SortItem } from '../../trino/ast.js'
import type { SeenColumn } from './checkResult.js'
import { nestedType, typeWithoutTimes } from './nestedType.js'
import { type Piece, piecesOf, templateOf, textPiece } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'
import { outputExpression, sourceExpression } from './sortExpression.js'

export interface TextSelect {
  readonly columns: readonly ResultColumn[]
  /** Absent when no column is an array or a row. */
  readonly textSql?: SqlTemplate
  /** The pieces of `textSql`, which know where they stem from. */
  readonly text?: readonly Piece[]
}

/**
 * The statement with its arrays and rows as JSON texts. The statement stands in FROM, and what is around it selects its
 * columns. A query in FROM has no order in Trino, so its sort keys come along as columns, and the outer query sorts by
 * them again.
 */
export function selectAsText(
  query: Query,
  pieces: readonly Piece[],
  columns: readonly SeenColumn[],
): TextSelect | SqlProblem {
  const found = columns.map(({ name, type }): ResultColumn => {
    const nested = nestedType(type)
    return nested ? { name, nested } : { name }
  })
  if (!found.some(({ nested }) => nested)) return { columns: found }
  const inner = unwrapped(query)
  const keys = sortKeys(inner, pieces, columns)
  if ('code' in keys) return keys
  const names = [...found.map((_, at) => columnName(at)), ...keys.hidden.map((_, at) => keyName(at))]
  const order = keys.sorts.flatMap((sort, at) => [textPiece(at === 0 ? ' ORDER BY ' : ', '), ...sort])
  const text = [
    textPiece(`SELECT ${found.map(selected).join(', ')} FROM (`),
    ...withHidden(inner, pieces, keys.hidden),
    textPiece(`) AS ocg_rows (${names.join(', ')})`),
    ...order,
  ]
  return { columns: found, textSql: templateOf(text), text }
}

/** A query in parentheses means what is in them. */
function unwrapped(query: Query): Query {
  const { body, orderBy, offset, limit } = query
  const bare = body.kind === 'parenthesized' && orderBy.length === 0 && !offset && !limit && !query.with
  return bare ? unwrapped(body.query) : query
}

function selected({ name, nested }: ResultColumn, at: number): string {
  const column = columnName(at)
  const plain = nested && typeWithoutTimes(nested)
  const value = plain === undefined ? column : `CAST(${column} AS ${plain})`
  const label = name === '' ? `_col${at}` : name
  return `${nested ? `json_format(CAST(${value} AS JSON))` : column} AS "${label.replaceAll('"', '""')}"`
}

/** Names that no statement is likely to have. */
function columnName(at: number): string {
  return `ocg_column_${at + 1}`
}

function keyName(at: number): string {
  return `ocg_key_${at + 1}`
}

interface SortKeys {
  /** Expressions that the inner query selects besides its own. */
  readonly hidden: readonly (readonly Piece[])[]
  /** What the outer query sorts by. */
  readonly sorts: readonly (readonly Piece[])[]
}

function sortKeys(
  query: Query,
  pieces: readonly Piece[],
  columns: readonly SeenColumn[],
): SortKeys | SqlProblem {
  const hidden: (readonly Piece[])[] = []
  const sorts: (readonly Piece[])[] = []
  for (const item of query.orderBy) {
    const at = outputIndex(item, query, pieces, columns)
    if (at !== undefined) {
      sorts.push([textPiece(`${columnName(at)}${direction(item)}`)])
    } else if (query.body.kind !== 'select') {
      const expression = outputExpression(item.expression, pieces, columns, columnName)
      sorts.push([...expression, textPiece(direction(item))])
    } else if (query.body.distinct) {
      return problemAt(
        item,
        'OCG2060',
        'The order of this SELECT DISTINCT with arrays or rows in its result can not be kept.',
        'Give the column to sort by a name with AS, and use that name after ORDER BY.',
      )
    } else {
      sorts.push([textPiece(`${keyName(hidden.length)}${direction(item)}`)])
      hidden.push(sourceExpression(item.expression, query.body, pieces))
    }
  }
  return { hidden, sorts }
}

function direction(item: SortItem): string {
  return `${item.descending ? ' DESC' : ''}${item.nulls ? ` NULLS ${item.nulls}` : ''}`
}

/** Index of the result's column that a sort key means: by number, by name, and with DISTINCT by the same expression. */
function outputIndex(
  { expression }: SortItem,
  { body }: Query,
  pieces: readonly Piece[],
  columns: readonly SeenColumn[],
): number | undefined {
  if (expression.kind === 'integer') return Number(expression.text) - 1
  const named = (name: string) => {
    const at = columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
    return at < 0 ? undefined : at
  }
  if (expression.kind === 'name') {
    const at = named(expression.name.text)
    if (at !== undefined) return at
  }
  if (body.kind !== 'select' || !body.distinct) return undefined
  const same = sameExpression(expression, body, pieces, columns.length)
  return same ?? (expression.kind === 'field' ? named(expression.name.text) : undefined)
}

function sameExpression(
  wanted: { readonly start: number; readonly end: number },
  { items }: Select,
  pieces: readonly Piece[],
  columns: number,
): number | undefined {
  const text = (span: { readonly start: number; readonly end: number }) =>
    JSON.stringify(templateOf(piecesOf(pieces, span.start, span.end)))
      .toLowerCase()
      .replace(/\s+/g, '')
  const at = items.findIndex(
    (item): item is SelectExpression => item.kind === 'expression' && text(item.expression) === text(wanted),
  )
  if (at < 0) return undefined
  // How many columns a star has shows from the number of all, as long as there is only one.
  const stars = items.filter(({ kind }) => kind === 'all').length
  const starBefore = items.slice(0, at).some(({ kind }) => kind === 'all')
  if (!starBefore) return at
  return stars === 1 ? columns - (items.length - at) : undefined
}

function withHidden(query: Query, pieces: readonly Piece[], hidden: readonly (readonly Piece[])[]): Piece[] {
  const last = query.body.kind === 'select' ? query.body.items.at(-1) : undefined
  if (!last || hidden.length === 0) return piecesOf(pieces, query.start, query.end)
  return [
    ...piecesOf(pieces, query.start, last.end),
    ...hidden.flatMap((expression) => [textPiece(', '), ...expression]),
    ...piecesOf(pieces, last.end, query.end),
  ]
}
