import { quoteString } from '../ddl.js'
import type { FunctionCall } from '../functionCall.js'
import { type Rules, requireCount, scalar } from '../functionRule.js'
import { alwaysMatches, groupCount, re2Pattern, replacementOf, unsupportedSyntax } from '../regexpSyntax.js'
import { typed } from '../typed.js'
import { arrayOf, BIGINT, BOOLEAN, VARCHAR } from '../types.js'

/** The pattern, which has to be a text in quotes: what Java reads otherwise than RE2 is found in it and refused. */
function pattern(call: FunctionCall, at: number): string {
  const text = call.text(at, 'The pattern', '')
  const problem = unsupportedSyntax(text)
  if (problem) call.fail(`The pattern of ${call.name} ${problem}, which only one of the engines knows.`, at)
  return quoteString(re2Pattern(text))
}

/** Number of a group: NULL comes back where it took no part in the match. */
function group(call: FunctionCall, at: number): string {
  const number = call.integer(at, 'The number of a group')
  const pattern = call.text(1, 'The pattern', '')
  const groups = groupCount(pattern)
  if (!call.isNull() && (number < 0n || number > BigInt(groups))) {
    call.fail(`The pattern has ${groups} groups.`, at)
  }
  if (number > 0n && !alwaysMatches(pattern, Number(number))) {
    const message =
      'This group may be left out of a match, which the engines show differently: let the pattern need it.'
    call.fail(message, at)
  }
  return number.toString()
}

const like = scalar((call) => {
  requireCount(call, 2)
  return typed(`regexp_matches(${call.as(0, VARCHAR)}, ${pattern(call, 1)})`, BOOLEAN)
})

const extract = scalar((call) => {
  requireCount(call, 2, 3)
  const args = [call.as(0, VARCHAR), pattern(call, 1), call.count === 3 ? group(call, 2) : '0']
  return typed(`ocg_regexp_extract(${args.join(', ')})`, VARCHAR)
})

const extractAll = scalar((call) => {
  requireCount(call, 2, 3)
  const args = [call.as(0, VARCHAR), pattern(call, 1), call.count === 3 ? group(call, 2) : '0']
  return typed(`regexp_extract_all(${args.join(', ')})`, arrayOf(VARCHAR))
})

const replace = scalar((call) => {
  requireCount(call, 2, 3)
  const text = call.as(0, VARCHAR)
  const search = pattern(call, 1)
  if (call.count === 2) return typed(`regexp_replace(${text}, ${search}, '', 'g')`, VARCHAR)
  const written = call.text(2, 'The replacement', '')
  const groups = groupCount(call.text(1, 'The pattern', ''))
  const replacement = replacementOf(written, groups)
  if (replacement === undefined) {
    return call.fail(
      `A replacement names the groups of its pattern, of which there are ${groups}, as $1 to $9; a dollar sign itself is \\\\$.`,
      2,
    )
  }
  return typed(`regexp_replace(${text}, ${search}, ${quoteString(replacement)}, 'g')`, VARCHAR)
})

const count = scalar((call) => {
  requireCount(call, 2)
  const all = `regexp_extract_all(${call.as(0, VARCHAR)}, ${pattern(call, 1)})`
  return typed(`len(${all})`, BIGINT)
})

const split = scalar((call) => {
  requireCount(call, 2)
  return typed(`string_split_regex(${call.as(0, VARCHAR)}, ${pattern(call, 1)})`, arrayOf(VARCHAR))
})

export const regexpRules: Rules = {
  regexp_count: count,
  regexp_extract: extract,
  regexp_extract_all: extractAll,
  regexp_like: like,
  regexp_replace: replace,
  regexp_split: split,
}
