import type { Call, Expression } from '../../../trino/ast.js'
import type { Environment } from './environment.js'
import type { FunctionCall } from './functionCall.js'
import type { FunctionRule } from './functionRule.js'
import { render, renderBoolean } from './render.js'
import type { Scope } from './scope.js'
import { sortSql } from './sortKeys.js'
import { TranslateError } from './translateError.js'
import { translateWindow } from './translateWindow.js'
import { coerce, type Typed, typed } from './typed.js'
import { canCoerce, typeName } from './types.js'
import { windowName } from './windowName.js'

/** Checks where and how a function is called, and prepares the call for its rule. */
export function createCall(call: Call, rule: FunctionRule, environment: Environment): FunctionCall {
  checkPlace(call, rule, environment)
  const name = call.name.text.toLowerCase()
  const isWindow = call.over !== undefined
  const inside = argumentEnvironment(rule, isWindow, environment)
  const nodeAt = (at: number) => call.args[at] as Expression
  const fail = (message: string, at?: number): never => {
    throw new TranslateError(message, at === undefined ? call : (call.args[at] ?? call))
  }
  const arg = (at: number) => render(nodeAt(at), inside)
  let isNull = false
  return {
    name,
    count: call.args.length,
    star: call.star,
    span: call,
    distinct: call.distinct,
    isWindow,
    fresh: environment.fresh,
    fail,
    arg,
    zonedArg: (at) => render(nodeAt(at), inside, { zoned: true }),
    args: () => call.args.map((_, at) => arg(at)),
    as: (at, type) => {
      const value = arg(at)
      if (!canCoerce(value.type, type)) {
        return fail(`${name} takes ${typeName(type)} here, not ${typeName(value.type)}.`, at)
      }
      return coerce(value, type)
    },
    text: (at, what, fallback) => {
      const value = arg(at)
      if (isNullOf(value)) {
        isNull = true
        return fallback
      }
      return value.text ?? fail(`${what} of ${name} has to be a text in quotes.`, at)
    },
    integer: (at, what) => {
      const value = arg(at)
      if (isNullOf(value)) {
        isNull = true
        return 0n
      }
      return (
        value.integer ?? fail(`${what} of ${name} has to be a whole number written in the statement.`, at)
      )
    },
    isNull: () => isNull,
    lambda: (at, types) => {
      const parameters = types.map((type) => typed(environment.fresh('p'), type))
      const body = lambdaBody(nodeAt(at), parameters, inside, name)
      const names = parameters.map((parameter) => parameter.sql).join(', ')
      return { sql: `lambda ${names}: ${body.sql}`, type: body.type }
    },
    body: (at, parameters) => lambdaBody(nodeAt(at), parameters, inside, name),
    apply: (duckdbName, args, distinct = call.distinct) =>
      applied(call, duckdbName, args, distinct, inside, environment),
  }
}

/** NULL, or a CAST of it. */
function isNullOf(value: Typed): boolean {
  return value.sql === 'NULL' || value.isNull === true
}

function checkPlace(call: Call, rule: FunctionRule, environment: Environment): void {
  const { text } = call.name
  const scalar = rule.kind === 'scalar'
  if (scalar) {
    const wrong =
      (call.over && 'OVER') ||
      (call.filter && 'FILTER') ||
      (call.distinct && 'DISTINCT') ||
      (call.orderBy.length > 0 && 'ORDER BY') ||
      (call.nulls && 'IGNORE NULLS')
    if (wrong) throw new TranslateError(`${wrong} does not go with ${text}, which is no aggregate.`, call)
  }
  if (call.star && text.toLowerCase() !== 'count') throw new TranslateError(`Only count takes a *.`, call)
  if (rule.kind === 'window') {
    if (!call.over) throw new TranslateError(`${text} is a window function: it needs OVER (…).`, call)
    if (call.filter || call.distinct)
      throw new TranslateError(`${text} takes neither FILTER nor DISTINCT.`, call)
  }
  if (call.over) {
    if (environment.noWindows) {
      throw new TranslateError(`A window function can't stand in ${environment.noWindows}.`, call)
    }
    if (call.distinct) throw new TranslateError('DISTINCT does not go with OVER.', call)
    if (call.filter) throw new TranslateError('FILTER does not go with OVER.', call)
    if (call.orderBy.length > 0)
      throw new TranslateError('ORDER BY in the arguments does not go with OVER.', call)
  } else if (rule.kind === 'aggregate' && environment.noAggregates) {
    throw new TranslateError(`An aggregate function can't stand in ${environment.noAggregates}.`, call)
  }
  if (call.nulls && !rule.takesNulls) {
    throw new TranslateError(`${call.nulls} NULLS does not go with ${text}.`, call)
  }
}

/** Arguments of an aggregate are of the rows before GROUP BY; those of a window function of the rows after it. */
function argumentEnvironment(rule: FunctionRule, isWindow: boolean, environment: Environment): Environment {
  if (isWindow) return { ...environment, noWindows: 'a window function' }
  if (rule.kind !== 'aggregate') return environment
  const { grouping: _grouping, ...rest } = environment
  return { ...rest, noAggregates: 'an aggregate function', noWindows: 'an aggregate function' }
}

function lambdaBody(
  node: Expression,
  values: readonly Typed[],
  environment: Environment,
  name: string,
): Typed {
  if (node.kind !== 'lambda')
    throw new TranslateError(`${name} takes a lambda here, such as x -> x + 1.`, node)
  if (node.parameters.length !== values.length) {
    const message = `The lambda of ${name} takes ${values.length} parameters, not ${node.parameters.length}.`
    throw new TranslateError(message, node)
  }
  const parameters = new Map<string, Typed>()
  for (const [at, parameter] of node.parameters.entries()) {
    const key = parameter.text.toLowerCase()
    if (parameters.has(key)) throw new TranslateError(`The lambda has two parameters ${key}.`, parameter)
    parameters.set(key, values[at] as Typed)
  }
  const scope: Scope = { columns: [], parameters, parent: environment.scope }
  return render(node.body, { ...environment, scope, noAggregates: 'a lambda', noWindows: 'a lambda' })
}

function applied(
  call: Call,
  name: string,
  args: readonly string[],
  distinct: boolean,
  inside: Environment,
  environment: Environment,
): string {
  const order = call.orderBy.map((item) => sortSql(render(item.expression, inside), item))
  const content =
    (distinct ? 'DISTINCT ' : '') +
    args.join(', ') +
    (call.nulls === 'IGNORE' ? ' IGNORE NULLS' : '') +
    (order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '')
  const filter = call.filter ? ` FILTER (WHERE ${renderBoolean(call.filter, inside, 'FILTER')})` : ''
  return `${name}(${content})${filter}${overSql(call, environment)}`
}

function overSql(call: Call, environment: Environment): string {
  if (!call.over) return ''
  if (!('text' in call.over)) return ` OVER ${translateWindow(call.over, environment)}`
  if (!environment.windows?.has(call.over.text.toLowerCase())) {
    throw new TranslateError(`There is no window ${call.over.text}.`, call.over)
  }
  return ` OVER ${windowName(call.over.text)}`
}
