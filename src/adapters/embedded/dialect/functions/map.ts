import type { FunctionCall } from '../functionCall.js'
import { type FunctionRule, type Rules, requireCount, scalar } from '../functionRule.js'
import { failWhen, type Typed, typed } from '../typed.js'
import { arrayOf, BOOLEAN, canCoerce, isComparable, type SqlType, typeName } from '../types.js'

type MapType = Extract<SqlType, { kind: 'map' }>

function mapArg(call: FunctionCall): Typed & { type: MapType } {
  const value = call.arg(0)
  if (value.type.kind === 'map') return { ...value, type: value.type }
  return call.fail(`Function ${call.name} takes a map here, not ${typeName(value.type)}.`, 0)
}

function mapOf(call: FunctionCall, key: SqlType, value: SqlType): MapType {
  if (!isComparable(key)) call.fail(`Values of type ${typeName(key)} can't be keys of a map.`)
  return { kind: 'map', key, value }
}

/** `map(keys, values)`; twice the same key is an error on both engines. */
const map = scalar((call) => {
  if (call.count === 0) return call.fail('An empty map has no type here: give it keys and values.')
  requireCount(call, 2)
  const [keys, values] = [call.arg(0), call.arg(1)]
  if (keys.type.kind !== 'array' || values.type.kind !== 'array')
    return call.fail('map takes an array of keys and an array of values.')
  const wrong = `len(${keys.sql}) <> len(${values.sql})`
  const made = `map(${keys.sql}, ${values.sql})`
  const anyNull = `${keys.sql} IS NULL OR ${values.sql} IS NULL`
  const sql = failWhen(
    wrong,
    'A map needs as many values as keys.',
    `CASE WHEN ${anyNull} THEN NULL ELSE ${made} END`,
  )
  return typed(sql, mapOf(call, keys.type.item, values.type.item))
})

const keys = scalar((call) => {
  requireCount(call, 1)
  const value = mapArg(call)
  return typed(`map_keys(${value.sql})`, arrayOf(value.type.key))
})

const values = scalar((call) => {
  requireCount(call, 1)
  const value = mapArg(call)
  return typed(`map_values(${value.sql})`, arrayOf(value.type.value))
})

const entries = scalar((call) => {
  requireCount(call, 1)
  const value = mapArg(call)
  const row: SqlType = { kind: 'row', fields: [{ type: value.type.key }, { type: value.type.value }] }
  const rows = `list_transform(map_entries(${value.sql}), lambda ocg_entry: struct_pack(field0 := ocg_entry.key, field1 := ocg_entry.value))`
  return typed(rows, arrayOf(row))
})

const fromEntries = scalar((call) => {
  requireCount(call, 1)
  const { sql, type } = call.arg(0)
  if (type.kind !== 'array' || type.item.kind !== 'row' || type.item.fields.length !== 2)
    return call.fail('map_from_entries takes an array of rows of two fields.', 0)
  const [key, value] = type.item.fields.map((field) => field.type) as [SqlType, SqlType]
  return typed(`map_from_entries(${sql})`, mapOf(call, key, value))
})

/** Each entry goes through a lambda of key and value; `entry` makes the new one of its parts. */
function overEntries(
  result: (type: MapType, body: SqlType) => MapType,
  entry: 'key' | 'value' | 'filter',
): FunctionRule {
  return scalar((call) => {
    requireCount(call, 2)
    const value = mapArg(call)
    const item = call.fresh('p')
    const { key, value: content } = value.type
    const body = call.body(1, [typed(`${item}.key`, key), typed(`${item}.value`, content)])
    if (entry === 'filter' && !canCoerce(body.type, BOOLEAN))
      call.fail(`The lambda of map_filter gives ${typeName(body.type)}, not a condition.`, 1)
    const all = `map_entries(${value.sql})`
    const made = {
      filter: `list_filter(${all}, lambda ${item}: ${body.sql})`,
      key: `list_transform(${all}, lambda ${item}: struct_pack(k := ${body.sql}, v := ${item}.value))`,
      value: `list_transform(${all}, lambda ${item}: struct_pack(k := ${item}.key, v := ${body.sql}))`,
    }[entry]
    return typed(`map_from_entries(${made})`, result(value.type, body.type))
  })
}

export const mapRules: Rules = {
  map,
  map_entries: entries,
  map_filter: overEntries((type) => type, 'filter'),
  map_from_entries: fromEntries,
  map_keys: keys,
  map_values: values,
  transform_keys: overEntries((type, key) => ({ ...type, key }), 'key'),
  transform_values: overEntries((type, value) => ({ ...type, value }), 'value'),
}
