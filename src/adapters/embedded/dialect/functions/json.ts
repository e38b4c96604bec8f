import { quoteString } from '../ddl.js'
import type { FunctionCall } from '../functionCall.js'
import { type Rules, requireCount, scalar } from '../functionRule.js'
import { jsonPath } from '../jsonPath.js'
import { applied, typed } from '../typed.js'
import { BIGINT, BOOLEAN, JSON_TYPE, typeName, VARCHAR } from '../types.js'

/** JSON, or a text that holds some: a text that holds none gives NULL, as in Trino. */
function document(call: FunctionCall): string {
  const value = call.arg(0)
  if (value.type.kind === 'json') return value.sql
  if (value.type.kind === 'varchar' || value.type.kind === 'unknown')
    return applied('ocg_json_or_null', call.as(0, VARCHAR))
  return call.fail(`Function ${call.name} takes JSON or a text, not ${typeName(value.type)}.`, 0)
}

function path(call: FunctionCall): string {
  const text = call.text(1, 'The path', '$')
  const found = jsonPath(text)
  if (found === undefined) {
    return call.fail(`The path ${text} is not supported: use $, .name, ["name"] and [number].`, 1)
  }
  return quoteString(found)
}

const extract = scalar((call) => {
  requireCount(call, 2)
  return typed(applied('ocg_json_written', `json_extract(${document(call)}, ${path(call)})`), JSON_TYPE)
})

const extractScalar = scalar((call) => {
  requireCount(call, 2)
  const found = `json_extract(${document(call)}, ${path(call)})`
  if (call.arg(0).type.kind === 'json') return typed(applied('ocg_json_scalar', found), VARCHAR)
  return typed(applied('ocg_json_scalar_of_text', found, call.as(0, VARCHAR)), VARCHAR)
})

const size = scalar((call) => {
  requireCount(call, 2)
  return typed(`ocg_json_size(json_extract(${document(call)}, ${path(call)}))`, BIGINT)
})

const arrayLength = scalar((call) => {
  requireCount(call, 1)
  return typed(`ocg_json_array_length(${document(call)})`, BIGINT)
})

const arrayContains = scalar((call) => {
  requireCount(call, 2)
  const value = call.arg(1)
  const list = document(call)
  switch (value.type.kind) {
    case 'varchar':
      return typed(`ocg_json_array_contains(${list}, 'VARCHAR', ${value.sql})`, BOOLEAN)
    case 'boolean':
      return typed(`ocg_json_array_contains(${list}, 'BOOLEAN', CAST(${value.sql} AS VARCHAR))`, BOOLEAN)
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return typed(`ocg_json_array_contains(${list}, 'BIGINT', CAST(${value.sql} AS VARCHAR))`, BOOLEAN)
    default:
      return call.fail(`json_array_contains looks for a text, a whole number or a boolean.`, 1)
  }
})

const isScalar = scalar((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  const json = value.type.kind === 'json' ? value.sql : applied('ocg_json_checked', call.as(0, VARCHAR))
  return typed(`ocg_json_is_scalar(${json})`, BOOLEAN)
})

const parse = scalar((call) => {
  requireCount(call, 1)
  return typed(`ocg_json_parse(${call.as(0, VARCHAR)})`, JSON_TYPE)
})

const format = scalar((call) => {
  requireCount(call, 1)
  return typed(applied('ocg_json_string', `CAST(${call.as(0, JSON_TYPE)} AS VARCHAR)`), VARCHAR)
})

export const jsonRules: Rules = {
  is_json_scalar: isScalar,
  json_array_contains: arrayContains,
  json_array_length: arrayLength,
  json_extract: extract,
  json_extract_scalar: extractScalar,
  json_format: format,
  json_parse: parse,
  json_size: size,
}
