import type { Span } from '../../../../trino/ast.js'
import { duckdbTypeOf } from '../ddl.js'
import { holdsNull, isNested, orderable, withoutNanWithin } from '../equality.js'
import type { FunctionCall } from '../functionCall.js'
import { type FunctionRule, type Rules, requireCount, scalar } from '../functionRule.js'
import { toText } from '../toText.js'
import { TranslateError } from '../translateError.js'
import { asBigint, coerce, coerced, commonTypeOf, failWhen, mayBeNan, type Typed, typed } from '../typed.js'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  canCoerce,
  commonType,
  isComparable,
  isFloating,
  isInteger,
  isOrderable,
  type SqlType,
  sameType,
  typeName,
  VARCHAR,
} from '../types.js'

type ArrayType = Extract<SqlType, { kind: 'array' }>

interface ArrayValue extends Typed {
  readonly type: ArrayType
}

function array(call: FunctionCall, at = 0): ArrayValue {
  const value = call.arg(at)
  if (value.type.kind === 'array') return { ...value, type: value.type }
  return call.fail(`Function ${call.name} takes an array here, not ${typeName(value.type)}.`, at)
}

/** Two arrays with items of one type. */
function pair(call: FunctionCall): { left: string; right: string; type: ArrayType } {
  const [left, right] = [array(call, 0), array(call, 1)]
  const type = commonType(left.type, right.type)
  if (type?.kind !== 'array') return call.fail('The two arrays have items of different types.')
  requireComparable(call, type.item)
  return { left: coerce(left, type), right: coerce(right, type), type }
}

function requireComparable(call: FunctionCall, type: SqlType): void {
  if (!isComparable(type)) call.fail(`Values of type ${typeName(type)} can't be compared.`)
}

function requireOrderable(call: FunctionCall, type: SqlType): void {
  if (!isOrderable(type)) call.fail(`Values of type ${typeName(type)} have no order.`)
}

/** An array and a value to look for in it, in one type. */
function needle(call: FunctionCall): { list: string; value: string; type: ArrayType; nan?: string } {
  const list = array(call)
  const value = call.arg(1)
  const item = commonTypeOf([typed('', list.type.item), value])
  if (!item) {
    return call.fail(
      `Items of type ${typeName(list.type.item)} can't be compared with ${typeName(value.type)}.`,
      1,
    )
  }
  requireComparable(call, item)
  const type: ArrayType = { kind: 'array', item }
  const plain = { list: coerce(list, type), value: coerce(value, item), type }
  if (isNested(item)) return { ...plain, list: withoutNulls(call.name, plain.list, plain.value, type) }
  if (!isFloating(item) || !mayBeNan(value)) return plain
  // NaN is found nowhere.
  const nan = `isnan(${plain.value})`
  const nulls = `list_filter(${plain.list}, lambda ocg_item: ocg_item IS NULL)`
  return { ...plain, list: `CASE WHEN ${nan} THEN ${nulls} ELSE ${plain.list} END`, nan }
}

/** The array, which fails as Trino does when what it is compared with, or one of its own items, holds NULL, or NaN. */
function withoutNulls(name: string, list: string, value: string, type: ArrayType): string {
  const items = `list_filter(${list}, lambda ocg_held: ${holdsNull('ocg_held', type.item, 1)})`
  const wrong = `${holdsNull(value, type.item)} OR len(${items}) > 0`
  return failWhen(wrong, `${name} takes no arrays or rows that hold NULL.`, list)
}

/** `base[index]`: an index outside an array, or a key that a map does not have, is an error in Trino. */
export function subscript(base: Typed, index: Typed, span: Span, indexSpan: Span): Typed {
  const { type } = base
  if (type.kind === 'array') {
    if (!isInteger(index.type))
      throw new TranslateError('The subscript of an array is a whole number.', indexSpan)
    const at = asBigint(index)
    const inside = `list_extract(${base.sql}, ${at})`
    const outside = `${at} < 1 OR ${at} > len(${base.sql})`
    return typed(failWhen(outside, 'The subscript of an array lies outside of it.', inside), type.item)
  }
  if (type.kind === 'map') {
    if (!canCoerce(index.type, type.key)) {
      throw new TranslateError(`The keys of this map are of type ${typeName(type.key)}.`, indexSpan)
    }
    const key = coerce(index, type.key)
    if (mayBeNan(coerced(index, type.key))) {
      throw new TranslateError(
        'A calculated double may be NaN, which is no key of a map: CAST it to decimal.',
        indexSpan,
      )
    }
    const missing = `${base.sql} IS NOT NULL AND NOT map_contains(${base.sql}, ${key})`
    return typed(
      failWhen(missing, 'The key is not in the map.', `map_extract_value(${base.sql}, ${key})`),
      type.value,
    )
  }
  if (type.kind === 'row' && index.integer !== undefined) {
    const field = type.fields[Number(index.integer) - 1]
    if (!field) throw new TranslateError(`The row has ${type.fields.length} fields.`, indexSpan)
    const name = field.name ?? `field${Number(index.integer) - 1}`
    return typed(`(${base.sql})."${name.replaceAll('"', '""')}"`, field.type)
  }
  throw new TranslateError(`A value of type ${typeName(type)} has no subscripts.`, span)
}

const elementAt = scalar((call) => {
  requireCount(call, 2)
  const base = call.arg(0)
  if (base.type.kind === 'map') {
    const key = call.as(1, base.type.key)
    const nan = isFloating(base.type.key) && mayBeNan(call.arg(1))
    return typed(`map_extract_value(${base.sql}, ${nan ? `ocg_number(${key})` : key})`, base.type.value)
  }
  const list = array(call)
  const at = call.as(1, BIGINT)
  return typed(
    failWhen(`${at} = 0`, 'Subscripts of arrays start at 1.', `list_extract(${list.sql}, ${at})`),
    list.type.item,
  )
})

const cardinality = scalar((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  if (value.type.kind === 'map') return typed(`CAST(cardinality(${value.sql}) AS BIGINT)`, BIGINT)
  return typed(`len(${array(call).sql})`, BIGINT)
})

const contains = scalar((call) => {
  requireCount(call, 2)
  const { list, value } = needle(call)
  return typed(`ocg_contains(${list}, ${value})`, BOOLEAN)
})

const position = scalar((call) => {
  requireCount(call, 2)
  const { list, value } = needle(call)
  return typed(
    `CASE WHEN ${list} IS NULL OR ${value} IS NULL THEN NULL ELSE CAST(coalesce(list_position(${list}, ${value}), 0) AS BIGINT) END`,
    BIGINT,
  )
})

const remove = scalar((call) => {
  requireCount(call, 2)
  const { list, value, type, nan } = needle(call)
  const other = `ocg_item IS DISTINCT FROM ${value}`
  const items = nan === undefined ? list : coerce(array(call), type)
  const kept = `list_filter(${items}, lambda ocg_item: ${nan === undefined ? other : `${nan} OR ${other}`})`
  return typed(`CASE WHEN ${value} IS NULL THEN NULL ELSE ${kept} END`, type)
})

function setOperation(name: string): FunctionRule {
  return scalar((call) => {
    requireCount(call, 2)
    const { left, right, type } = pair(call)
    return typed(`${name}(${left}, ${right})`, type)
  })
}

const overlap = scalar((call) => {
  requireCount(call, 2)
  const { left, right, type } = pair(call)
  if (!isNested(type.item)) return typed(`ocg_arrays_overlap(${left}, ${right})`, BOOLEAN)
  const held = [left, right].map((one) => holdsNull(one, type)).join(' OR ')
  const sql = failWhen(
    held,
    'arrays_overlap takes no arrays or rows that hold NULL.',
    `ocg_arrays_overlap(${left}, ${right})`,
  )
  return typed(sql, BOOLEAN)
})

const distinct = scalar((call) => {
  requireCount(call, 1)
  const list = array(call)
  requireComparable(call, list.type.item)
  return typed(`ocg_array_distinct(${list.sql})`, list.type)
})

const join = scalar((call) => {
  requireCount(call, 2, 3)
  const list = array(call)
  const text = toText(typed('ocg_text', list.type.item))
  if (text === undefined)
    return call.fail(`Items of type ${typeName(list.type.item)} can't be written as text.`, 0)
  const texts =
    list.type.item.kind === 'varchar' ? list.sql : `list_transform(${list.sql}, lambda ocg_text: ${text})`
  const separator = call.as(1, VARCHAR)
  if (call.count === 2) {
    const present = `list_filter(${texts}, lambda ocg_item: ocg_item IS NOT NULL)`
    return typed(`ocg_array_join(${present}, ${separator})`, VARCHAR)
  }
  const filled = `list_transform(${texts}, lambda ocg_item: coalesce(ocg_item, ${call.as(2, VARCHAR)}))`
  return typed(`ocg_array_join(${filled}, ${separator})`, VARCHAR)
})

/** NULL when an item is NULL, as in Trino. */
function extreme(name: string): FunctionRule {
  return scalar((call) => {
    requireCount(call, 1)
    const list = array(call)
    requireOrderable(call, list.type.item)
    const { item } = list.type
    const known = { ...(list.finite && { finite: true }), ...(list.number && { number: true }) }
    const within = withoutNanWithin({ ...typed('ocg_extreme', item), ...known })
    const items = isNested(item) ? `list_transform(${list.sql}, lambda ocg_extreme: ${within})` : list.sql
    const anyNull = `len(list_filter(${list.sql}, lambda ocg_item: ocg_item IS NULL)) > 0`
    const nan = name === 'list_max' && isFloating(item) && mayBeNan(list)
    const numbers = `list_filter(${items}, lambda ocg_item: NOT isnan(ocg_item))`
    const found = nan ? `coalesce(list_max(${numbers}), list_max(${items}))` : `${name}(${items})`
    return { ...typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${found} END`, item), ...known }
  })
}

const sort = scalar((call) => {
  if (call.count === 2)
    call.fail('array_sort with a comparison is not supported: sort the rows before array_agg.', 1)
  requireCount(call, 1)
  const list = array(call)
  requireOrderable(call, list.type.item)
  const { item } = list.type
  const checked = isNested(item)
    ? `list_transform(${list.sql}, lambda ocg_sorted: ${orderable(typed('ocg_sorted', item))})`
    : list.sql
  return typed(`list_sort(${checked}, 'ASC', 'NULLS LAST')`, list.type)
})

const filter = scalar((call) => {
  requireCount(call, 2)
  const list = array(call)
  const lambda = call.lambda(1, [list.type.item])
  requireCondition(call, lambda.type)
  return typed(`list_filter(${list.sql}, ${lambda.sql})`, list.type)
})

function requireCondition(call: FunctionCall, type: SqlType): void {
  if (!canCoerce(type, BOOLEAN))
    call.fail(`The lambda of ${call.name} gives ${typeName(type)}, not a condition.`, 1)
}

const transform = scalar((call) => {
  requireCount(call, 2)
  const list = array(call)
  const lambda = call.lambda(1, [list.type.item])
  return typed(`list_transform(${list.sql}, ${lambda.sql})`, arrayOf(lambda.type))
})

/** Whether any, all or none match: three-valued, as AND and OR are. */
function match(macro: string): FunctionRule {
  return scalar((call) => {
    requireCount(call, 2)
    const list = array(call)
    const lambda = call.lambda(1, [list.type.item])
    requireCondition(call, lambda.type)
    return typed(`${macro}(list_transform(${list.sql}, ${lambda.sql}))`, BOOLEAN)
  })
}

/** `reduce(array, start, (state, item) -> …, state -> …)`. */
const reduce = scalar((call) => {
  requireCount(call, 4)
  const list = array(call)
  const start = call.arg(1)
  let state = start.type
  // States and items share a list in DuckDB: both are kept in a pair, of which the state is carried along.
  const [pair, next] = [call.fresh('p'), call.fresh('p')]
  const stepOf = (type: SqlType) =>
    call.body(2, [typed(`${pair}.s`, type), typed(`${next}.i`, list.type.item)])
  let step = stepOf(state)
  const widened = commonType(state, step.type)
  if (widened && !sameType(widened, state)) {
    state = widened
    step = stepOf(state)
  }
  if (!canCoerce(step.type, state)) {
    const message = `The state is ${typeName(state)}, but the lambda gives ${typeName(step.type)}: CAST one of them.`
    return call.fail(message, 2)
  }
  const pairType = `STRUCT(s ${duckdbTypeOf(state)}, i ${duckdbTypeOf(list.type.item)})`
  const item = call.fresh('p')
  const first = `CAST(struct_pack(s := ${coerce(start, state)}, i := NULL) AS ${pairType})`
  const items = `list_transform(${list.sql}, lambda ${item}: CAST(struct_pack(s := NULL, i := ${item}) AS ${pairType}))`
  const stepped = `CAST(struct_pack(s := ${coerce(step, state)}, i := NULL) AS ${pairType})`
  const last = `(list_reduce(list_prepend(${first}, ${items}), lambda ${pair}, ${next}: ${stepped})).s`
  const output = call.body(3, [typed(last, state)])
  return typed(`CASE WHEN ${list.sql} IS NULL THEN NULL ELSE ${output.sql} END`, output.type)
})

const repeat = scalar((call) => {
  requireCount(call, 2)
  const value = call.arg(0)
  const wanted = call.as(1, BIGINT)
  const count = failWhen(`${wanted} NOT BETWEEN 0 AND 10000`, 'A value is repeated 0 to 10000 times.', wanted)
  const item = value.type.kind === 'unknown' ? 'CAST(NULL AS INTEGER)' : value.sql
  return typed(`list_transform(range(${count}), lambda ocg_item: ${item})`, arrayOf(value.type))
})

/** Numbers or times from one to another, both included. */
const sequence = scalar((call) => {
  requireCount(call, 2, 3)
  const start = call.arg(0)
  const { kind } = start.type
  if (isInteger(start.type)) {
    const [from, to] = [call.as(0, BIGINT), call.as(1, BIGINT)]
    const step = call.count === 3 ? call.as(2, BIGINT) : `CASE WHEN ${from} <= ${to} THEN 1 ELSE -1 END`
    return typed(`ocg_sequence(${from}, ${to}, ${step})`, arrayOf(BIGINT))
  }
  if (kind !== 'date' && kind !== 'timestamp')
    return call.fail('sequence goes from a number, a date or a timestamp.', 0)
  const type = kind === 'date' ? start.type : commonType(start.type, call.arg(1).type)
  if (!type || !canCoerce(call.arg(1).type, type))
    return call.fail('The two ends of sequence have different types.', 1)
  const [from, to] = [call.as(0, type), call.as(1, type)]
  const step = call.count === 3 ? call.arg(2) : undefined
  if (step && step.type.kind !== 'intervalDay' && step.type.kind !== 'intervalYear')
    return call.fail('The step of such a sequence is an interval.', 2)
  if (!step && kind === 'timestamp') return call.fail('A sequence of timestamps needs a step.')
  const by = step?.sql ?? `CASE WHEN ${from} <= ${to} THEN to_days(1) ELSE to_days(-1) END`
  const series = `ocg_time_sequence(CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP), ${by})`
  return typed(kind === 'date' ? `CAST(${series} AS DATE[])` : series, arrayOf(type))
})

const slice = scalar((call) => {
  requireCount(call, 3)
  const list = array(call)
  return typed(`ocg_slice(${list.sql}, ${call.as(1, BIGINT)}, ${call.as(2, BIGINT)})`, list.type)
})

const trimArray = scalar((call) => {
  requireCount(call, 2)
  const list = array(call)
  const count = call.as(1, BIGINT)
  const wrong = `${count} < 0 OR ${count} > len(${list.sql})`
  const kept = `list_slice(${list.sql}, 1, len(${list.sql}) - ${count})`
  return typed(failWhen(wrong, 'trim_array removes between none and all of the items.', kept), list.type)
})

const flatten = scalar((call) => {
  requireCount(call, 1)
  const list = array(call)
  if (list.type.item.kind !== 'array') return call.fail('flatten takes an array of arrays.', 0)
  return typed(`flatten(${list.sql})`, list.type.item)
})

/** Arrays side by side as an array of rows; the shorter ones are filled with nulls. */
const zip = scalar((call) => {
  requireCount(call, 2, 5)
  const lists = Array.from({ length: call.count }, (_, at) => array(call, at))
  const length = `greatest(${lists.map((list) => `len(${list.sql})`).join(', ')})`
  const fields = lists.map((list, at) => `field${at} := list_extract(${list.sql}, ocg_at)`)
  const anyNull = lists.map((list) => `${list.sql} IS NULL`).join(' OR ')
  const rows = `list_transform(range(1, 1 + ${length}), lambda ocg_at: struct_pack(${fields.join(', ')}))`
  const type: SqlType = { kind: 'row', fields: lists.map((list) => ({ type: list.type.item })) }
  return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${rows} END`, arrayOf(type))
})

const zipWith = scalar((call) => {
  requireCount(call, 3)
  const [left, right] = [array(call, 0), array(call, 1)]
  const at = call.fresh('p')
  const itemOf = (value: ArrayValue) => typed(`list_extract(${value.sql}, ${at})`, value.type.item)
  const item = call.body(2, [itemOf(left), itemOf(right)])
  const length = `greatest(len(${left.sql}), len(${right.sql}))`
  const items = `list_transform(range(1, 1 + ${length}), lambda ${at}: ${item.sql})`
  const anyNull = `${left.sql} IS NULL OR ${right.sql} IS NULL`
  return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${items} END`, arrayOf(item.type))
})

export const arrayRules: Rules = {
  all_match: match('ocg_all_match'),
  any_match: match('ocg_any_match'),
  array_distinct: distinct,
  array_except: setOperation('ocg_array_except'),
  array_intersect: setOperation('ocg_array_intersect'),
  array_join: join,
  array_max: extreme('list_max'),
  array_min: extreme('list_min'),
  array_position: position,
  array_remove: remove,
  array_sort: sort,
  array_union: setOperation('ocg_array_union'),
  arrays_overlap: overlap,
  cardinality,
  contains,
  element_at: elementAt,
  filter,
  flatten,
  none_match: match('ocg_none_match'),
  reduce,
  repeat,
  sequence,
  slice,
  transform,
  trim_array: trimArray,
  zip,
  zip_with: zipWith,
}
