import type { Expression, Values } from '../../../trino/ast.js'
import { fieldName, quoteIdentifier } from './ddl.js'
import type { Environment } from './environment.js'
import { quoteLabel } from './quoteLabel.js'
import { render } from './render.js'
import type { TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { coerce, commonTypeOf, type Typed } from './typed.js'
import type { SqlType } from './types.js'

export function translateValues(body: Values, environment: Environment, top: boolean): TranslatedQuery {
  const plain: Environment = { ...environment, noAggregates: 'VALUES', noWindows: 'VALUES' }
  const rows = body.rows.map((row) => valuesRow(row, plain))
  const width = (rows[0] as Typed[]).length
  const types: SqlType[] = []
  for (let at = 0; at < width; at++) {
    const type = commonTypeOf(rows.map((row) => row[at] ?? { sql: '', type: { kind: 'unknown' } }))
    if (!type) throw new TranslateError(`Column ${at + 1} of VALUES has rows of different types.`, body)
    types.push(type)
  }
  const lines = rows.map((row, line) => {
    if (row.length !== width) {
      throw new TranslateError(
        `This row has ${row.length} values, the first has ${width}.`,
        body.rows[line] ?? body,
      )
    }
    return `(${row.map((value, at) => coerce(value, types[at] as SqlType)).join(', ')})`
  })
  const columns = types.map((type, at) => {
    const label = `_col${at}`
    return { label, name: top ? quoteLabel(label, body) : environment.fresh('c'), type }
  })
  const alias = environment.fresh('t')
  const names = columns.map((column) => column.name).join(', ')
  return { sql: `SELECT * FROM (VALUES ${lines.join(', ')}) AS ${alias}(${names})`, columns }
}

/** Values of one row: a row, however it is written, is spread over the columns. */
function valuesRow(row: Expression, environment: Environment): Typed[] {
  if (row.kind === 'row') return row.items.map((item) => render(item, environment))
  const value = render(row, environment)
  const { type } = value
  if (type.kind !== 'row') return [value]
  return type.fields.map((field, at) => ({
    sql: `(${value.sql}).${quoteIdentifier(fieldName(field, at))}`,
    type: field.type,
  }))
}
