import { didYouMean } from '../../errors/suggest.js'
import type { Call } from '../../trino/ast.js'
import { isSupportedFunction, supportedFunctions } from './functions.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

/** Whether statements may use the function; undefined when they may. */
export function checkCall(call: Call): SqlProblem | undefined {
  const { name } = call
  if (isSupportedFunction(name.text)) return undefined
  return unknownFunction(
    name,
    SESSION_VALUES.has(name.text.toLowerCase()) ? name.text.toLowerCase() : name.text,
  )
}

/** A problem for a function that statements may not use. */
export function unknownFunction(place: Span, name: string): SqlProblem {
  const hint = SESSION_VALUES.has(name)
    ? 'A statement knows nothing of the session that it runs in.'
    : didYouMean(name.toLowerCase(), supportedFunctions(), (one) => one)
  return problemAt(place, 'OCG2054', `The function ${name} is not supported.`, hint)
}

/** Written without parentheses, and different on every engine. */
const SESSION_VALUES = new Set(['current_time', 'localtime'])
