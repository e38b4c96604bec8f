import type { FunctionRule, Rules } from '../functionRule.js'
import { aggregateRules } from './aggregate.js'
import { arrayRules } from './array.js'
import { binaryRules } from './binary.js'
import { conditionalRules } from './conditional.js'
import { dateTimeRules } from './dateTime.js'
import { formatRules } from './format.js'
import { jsonRules } from './json.js'
import { mapRules } from './map.js'
import { mathRules } from './math.js'
import { regexpRules } from './regexp.js'
import { stringRules } from './string.js'
import { urlRules } from './url.js'
import { windowRules } from './window.js'

const GROUPS: readonly Rules[] = [
  aggregateRules,
  windowRules,
  conditionalRules,
  stringRules,
  formatRules,
  regexpRules,
  mathRules,
  dateTimeRules,
  jsonRules,
  arrayRules,
  mapRules,
  binaryRules,
  urlRules,
]

const ALL: ReadonlyMap<string, FunctionRule> = new Map(GROUPS.flatMap((group) => Object.entries(group)))

/** The rule of a function; undefined for a function that is not supported. */
export function functionRule(name: string): FunctionRule | undefined {
  return ALL.get(name.toLowerCase())
}

export function isAggregate(name: string): boolean {
  return functionRule(name)?.kind === 'aggregate'
}

/** Names of all functions that have a rule, lower case. */
export function ruleNames(): string[] {
  return [...ALL.keys()]
}
