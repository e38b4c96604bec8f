import type { FunctionCall } from '../functionCall.js'
import { overloaded, type Rules, requireCount, scalar, signature } from '../functionRule.js'
import { coerce, commonTypeOf, typed } from '../typed.js'
import { arrayOf, BIGINT, BOOLEAN, INTEGER, type SqlType, typeName, VARBINARY, VARCHAR } from '../types.js'

const S = VARCHAR
const N = BIGINT

/** Texts, arrays (and single items at either end), or binaries, one after the other; NULL when one is NULL. */
const concat = scalar((call) => {
  requireCount(call, 2, 1000)
  const values = call.args()
  if (values.some((value) => value.type.kind === 'array')) return concatArrays(call)
  // Trino takes it for an array, and so the texts beside it for items.
  const untyped = values.findIndex((value) => value.type.kind === 'unknown')
  if (untyped !== -1) {
    return call.fail('NULL without a type can not be concatenated: CAST it to varchar.', untyped)
  }
  const type = commonTypeOf(values)
  if (type?.kind === 'varchar' || type?.kind === 'varbinary') {
    return typed(`(${values.map((value) => coerce(value, type)).join(' || ')})`, type)
  }
  const at = values.findIndex((value) => value.type.kind !== 'varchar')
  const name = typeName((values[at] as (typeof values)[number]).type)
  return call.fail(`A value of type ${name} can't be concatenated: CAST it to varchar.`, at)
})

function concatArrays(call: FunctionCall) {
  const values = call.args()
  const items = values.map((value) => ({
    ...value,
    type: value.type.kind === 'array' ? value.type.item : value.type,
  }))
  const item = commonTypeOf(items)
  if (!item) return call.fail('The arrays have items of different types.')
  const lists = values.map((value, at) => {
    if (value.type.kind === 'array') return coerce(value, arrayOf(item))
    return `[${coerce(items[at] as (typeof items)[number], item)}]`
  })
  // DuckDB's list_concat takes a NULL array for an empty one.
  const anyNull = lists.map((list) => `${list} IS NULL`).join(' OR ')
  const joined = lists.reduce((left, right) => `list_concat(${left}, ${right})`)
  return typed(`CASE WHEN ${anyNull} THEN NULL ELSE ${joined} END`, arrayOf(item))
}

const concatWs = scalar((call) => {
  requireCount(call, 2, 1000)
  const separator = call.as(0, S)
  const second = call.arg(1)
  if (call.count === 2 && second.type.kind === 'array') {
    const list = `list_filter(${call.as(1, arrayOf(S))}, lambda ocg_item: ocg_item IS NOT NULL)`
    return typed(`ocg_array_join(${list}, ${separator})`, S)
  }
  const parts = Array.from({ length: call.count - 1 }, (_, at) => call.as(at + 1, S))
  return typed(`concat_ws(${[separator, ...parts].join(', ')})`, S)
})

/** Removes from both or one end what Trino takes for white space, or the characters given. */
function trimmed(name: string) {
  return overloaded(
    signature([S], S, (text) => `${name}(${text}, ocg_white_space())`),
    signature([S, S], S, name),
  )
}

const reverse = scalar((call) => {
  requireCount(call, 1)
  const value = call.arg(0)
  if (value.type.kind === 'unknown') return call.fail('NULL has no type to reverse: CAST it to varchar.', 0)
  if (value.type.kind === 'array') return typed(`list_reverse(${value.sql})`, value.type)
  return typed(`ocg_reverse(${call.as(0, S)})`, S)
})

const normalize = scalar((call) => {
  requireCount(call, 1, 2)
  const form = call.count === 2 ? call.text(1, 'The form', 'NFC') : 'NFC'
  if (form !== 'NFC') call.fail(`normalize knows NFC only, not ${form}.`, 1)
  return typed(`nfc_normalize(${call.as(0, S)})`, S)
})

const split = scalar((call) => {
  requireCount(call, 2, 3)
  const args = [call.as(0, S), call.as(1, S)]
  if (call.count === 2) return typed(`ocg_split(${args.join(', ')})`, arrayOf(S))
  return typed(`ocg_split_limit(${[...args, call.as(2, N)].join(', ')})`, arrayOf(S))
})

function binaryOrText(name: string, result: SqlType) {
  return overloaded(signature([S], result, name), signature([VARBINARY], result, 'octet_length'))
}

const substring = overloaded(signature([S, N], S, 'ocg_substr_from'), signature([S, N, N], S, 'ocg_substr'))

export const stringRules: Rules = {
  chr: overloaded(signature([N], S, (code) => `chr(CAST(${code} AS INTEGER))`)),
  codepoint: overloaded(signature([S], INTEGER, 'ocg_codepoint')),
  concat,
  concat_ws: concatWs,
  hamming_distance: overloaded(signature([S, S], N, 'ocg_hamming_distance')),
  length: binaryOrText('length', N),
  levenshtein_distance: overloaded(signature([S, S], N, 'ocg_levenshtein_distance')),
  lower: overloaded(signature([S], S, 'lower')),
  lpad: overloaded(signature([S, N, S], S, 'ocg_lpad')),
  ltrim: trimmed('ltrim'),
  normalize,
  replace: overloaded(
    signature([S, S], S, (text, part) => `ocg_replace(${text}, ${part}, '')`),
    signature([S, S, S], S, 'ocg_replace'),
  ),
  reverse,
  rpad: overloaded(signature([S, N, S], S, 'ocg_rpad')),
  rtrim: trimmed('rtrim'),
  split,
  split_part: overloaded(signature([S, S, N], S, 'ocg_split_part')),
  starts_with: overloaded(signature([S, S], BOOLEAN, 'starts_with')),
  strpos: overloaded(signature([S, S], N, 'strpos')),
  substr: substring,
  substring,
  translate: overloaded(signature([S, S, S], S, 'translate')),
  trim: trimmed('trim'),
  upper: overloaded(signature([S], S, 'ocg_upper')),
}
