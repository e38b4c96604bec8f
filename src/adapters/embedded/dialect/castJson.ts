import { duckdbTypeOf, fieldName, quoteIdentifier, quoteString } from './ddl.js'
import { toText } from './toText.js'
import { applied, failure, type Typed, typed } from './typed.js'
import { isInteger, isNumeric, type SqlType } from './types.js'

/** JSON as a value of a type, as CAST reads it; undefined for types that Trino does not read from JSON. */
export function fromJson(sql: string, to: SqlType): string | undefined {
  switch (to.kind) {
    case 'varchar':
      return applied('ocg_json_to_text', sql)
    case 'boolean':
      return applied('ocg_json_to_boolean', sql)
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CAST(${applied('ocg_json_to_bigint', sql)} AS ${duckdbTypeOf(to)})`
    case 'real':
    case 'double':
      return `CAST(${applied('ocg_json_to_double', sql)} AS ${duckdbTypeOf(to)})`
    case 'json':
      return applied('ocg_json_written', sql)
    case 'array':
    case 'map':
    case 'row':
      return isJsonLike(to) ? nestedOf(sql, to) : undefined
    default:
      return undefined
  }
}

/** Each item by itself, since DuckDB shows numbers as texts in another way. */
function nestedOf(sql: string, to: SqlType, depth = 0): string {
  const name = `ocg_of${depth}`
  const part = (one: string, type: SqlType): string =>
    ['array', 'map', 'row'].includes(type.kind)
      ? nestedOf(one, type, depth + 1)
      : (fromJson(one, type) ?? one)
  if (to.kind === 'array')
    return `list_transform(CAST(${sql} AS JSON[]), lambda ${name}: ${part(name, to.item)})`
  if (to.kind === 'map') {
    const entry = `struct_pack(k := ${name}.key, v := ${part(`${name}.value`, to.value)})`
    return `map_from_entries(list_transform(map_entries(CAST(${sql} AS MAP(VARCHAR, JSON))), lambda ${name}: ${entry}))`
  }
  if (to.kind !== 'row') return sql
  const parts = to.fields.map((field, at) => {
    const key = fieldName(field, at)
    // Trino reads the names of fields without regard to case.
    const named = `list_filter(json_keys(${name}), lambda ocg_key: lower(ocg_key) = ${quoteString(key.toLowerCase())})[1]`
    const found = `json_extract(${name}, '$."' || ${named} || '"')`
    return `${quoteIdentifier(key)} := ${part(found, field.type)}`
  })
  const message = 'A row is read from a JSON object here, not from an array.'
  const row = `CASE WHEN ${name} IS NULL OR json_type(${name}) = 'NULL' THEN NULL
    ${failure(`json_type(${name}) <> 'OBJECT'`, message)} ELSE struct_pack(${parts.join(', ')}) END`
  return `list_transform([${sql}], lambda ${name}: ${row})[1]`
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
  if (type.kind === 'double' || type.kind === 'real')
    return `CAST(${applied('ocg_json_number', sql)} AS JSON)`
  if (type.kind === 'varchar')
    return `CAST(${applied('ocg_json_string', `CAST(to_json(${sql}) AS VARCHAR)`)} AS JSON)`
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
        const text = part(typed(`ocg_row.${quoteIdentifier(fieldName(field, at))}`, field.type))
        const separator = at === 0 ? '' : ','
        return text && `${quoteString(`${separator}${JSON.stringify(field.name ?? '')}:`)} || ${text}`
      })
      if (parts.includes(undefined)) return undefined
      const whole = `CASE WHEN ocg_row IS NULL THEN NULL ELSE '{' || ${parts.join(' || ')} || '}' END`
      return `list_transform([${sql}], lambda ocg_row: ${whole})[1]`
    }
    case 'double':
    case 'real':
      return applied('ocg_json_number', sql)
    case 'date':
    case 'timestamp':
      return `('"' || ${toText(value)} || '"')`
    case 'map': {
      // Trino sorts the keys. It takes keys of other kinds too, whose texts are left to it.
      const item = type.key.kind === 'varchar' ? part(typed('ocg_json.value', type.value)) : undefined
      const entry =
        item && `${applied('ocg_json_string', 'CAST(to_json(ocg_json.key) AS VARCHAR)')} || ':' || ${item}`
      return (
        entry &&
        `('{' || array_to_string(list_transform(list_sort(map_entries(${sql})), lambda ocg_json: ${entry}), ',') || '}')`
      )
    }
    case 'varchar':
      return applied('ocg_json_string', `CAST(to_json(${sql}) AS VARCHAR)`)
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
