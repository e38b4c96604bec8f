import type { Environment } from './environment.js'
import type { TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { coerce, commonTypeOf } from './typed.js'
import { type SqlType, typeName } from './types.js'

/** The query with its columns in the types given, and under the names given. */
export function fitColumns(
  query: TranslatedQuery,
  types: readonly SqlType[],
  environment: Environment,
  span: { start: number; end: number },
  names?: readonly string[],
): string {
  if (query.columns.length !== types.length) {
    throw new TranslateError(
      `The two sides of UNION have ${types.length} and ${query.columns.length} columns.`,
      span,
    )
  }
  const alias = environment.fresh('t')
  const items = query.columns.map((column, at) => {
    const type = types[at] as SqlType
    const value = { sql: `${alias}.${column.name}`, type: column.type }
    const common = commonTypeOf([value, { sql: '', type }])
    if (!common || typeName(common) !== typeName(type)) {
      const message = `Column ${at + 1} is ${typeName(column.type)} where ${typeName(type)} was expected.`
      throw new TranslateError(message, span)
    }
    return `${coerce(value, type)} AS ${names?.[at] ?? column.name}`
  })
  return `SELECT ${items.join(', ')} FROM (${query.sql}) AS ${alias}`
}
