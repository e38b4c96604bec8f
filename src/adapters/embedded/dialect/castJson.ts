import { duckdbTypeOf, fieldName, quoteIdentifier, quoteString } from './ddl.js'
import { toText } from './toText.js'
import { type Typed, typed } from './typed.js'
import { isInteger, isNumeric, type SqlType } from './types.js'

/** JSON as a value of a type, as CAST reads it; undefined for types that Trino does not read from JSON. */
export function fromJson(sql: string, to: SqlType): string | undefined {
  switch (to.kind) {
    case 'varchar':
      return `ocg_json_to_text(${sql})`
    case 'boolean':
      return `ocg_json_to_boolean(${sql})`
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CAST(ocg_json_to_bigint(${sql}) AS ${duckdbTypeOf(to)})`
    case 'real':
    case 'double':
      return `CAST(ocg_json_to_double(${sql}) AS ${duckdbTypeOf(to)})`
    case 'array':
    case 'map':
    case 'row':
      return isJsonLike(to) ? `CAST(${sql} AS ${duckdbTypeOf(to)})` : undefined
    default:
      return undefined
  }
}

/** Whether values nested in JSON can be read into the type as Trino reads them. */
function isJsonLike(type: SqlType): boolean {
  if (type.kind === 'array') return isJsonLike(type.item)
  if (type.kind === 'map') return type.key.kind === 'varchar' && isJsonLike(type.value)
  if (type.kind === 'row')
    return type.fields.every((field) => field.name !== undefined && isJsonLike(field.type))
  return ['varchar', 'boolean', 'integer', 'bigint', 'double', 'json'].includes(type.kind)
}

/** A value as JSON, as CAST writes it; undefined for a type that Trino does not write. */
export function toJson(value: Typed): string | undefined {
  const { type, sql } = value
  if (type.kind === 'array' || type.kind === 'row' || type.kind === 'map') {
    const text = jsonText(value)
    return text && `CAST(${text} AS JSON)`
  }
  if (['date', 'timestamp', 'timestampTz'].includes(type.kind)) return `to_json(${toText(value)})`
  return isJsonWritable(type) ? `to_json(${sql})` : undefined
}

/** JSON text of a value within an array or a row, as Trino writes it there; undefined for a type that Trino refuses. */
function jsonText(value: Typed): string | undefined {
  const { type, sql } = value
  const part = (one: Typed) => {
    const text = jsonText(one)
    return text && `coalesce(${text}, 'null')`
  }
  switch (type.kind) {
    case 'array': {
      const item = part(typed('ocg_json', type.item))
      return item && `('[' || array_to_string(list_transform(${sql}, lambda ocg_json: ${item}), ',') || ']')`
    }
    case 'row': {
      const parts = type.fields.map((field, at) => {
        const text = part(typed(`(${sql}).${quoteIdentifier(fieldName(field, at))}`, field.type))
        const separator = at === 0 ? '' : ','
        return text && `${quoteString(`${separator}${JSON.stringify(field.name ?? '')}:`)} || ${text}`
      })
      if (parts.includes(undefined)) return undefined
      return `CASE WHEN ${sql} IS NULL THEN NULL ELSE '{' || ${parts.join(' || ')} || '}' END`
    }
    case 'double':
    case 'real':
      return `CASE WHEN isfinite(${sql}) THEN CAST(${sql} AS VARCHAR) ELSE '"' || ${toText(value)} || '"' END`
    case 'date':
    case 'timestamp':
      return `('"' || ${toText(value)} || '"')`
    case 'map': {
      // Trino sorts the keys. It takes keys of other kinds too, whose texts are left to it.
      const item = type.key.kind === 'varchar' ? part(typed('ocg_json.value', type.value)) : undefined
      const entry = item && `CAST(to_json(ocg_json.key) AS VARCHAR) || ':' || ${item}`
      return (
        entry &&
        `('{' || array_to_string(list_transform(list_sort(map_entries(${sql})), lambda ocg_json: ${entry}), ',') || '}')`
      )
    }
    case 'varchar':
      return isJsonWritable(type) ? `CAST(to_json(${sql}) AS VARCHAR)` : undefined
    case 'unknown':
    case 'boolean':
    case 'decimal':
    case 'json':
      return `CAST(${sql} AS VARCHAR)`
    default:
      return isInteger(type) ? `CAST(${sql} AS VARCHAR)` : undefined
  }
}

function isJsonWritable(type: SqlType): boolean {
  if (type.kind === 'array') return isJsonWritable(type.item)
  if (type.kind === 'map') return type.key.kind === 'varchar' && isJsonWritable(type.value)
  if (type.kind === 'row')
    return type.fields.every((field) => field.name !== undefined && isJsonWritable(field.type))
  // DuckDB would write 1.50 as 1.5.
  if (type.kind === 'decimal') return false
  return isNumeric(type) || ['varchar', 'boolean', 'json', 'date'].includes(type.kind)
}
