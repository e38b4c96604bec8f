import type { ConstArgumentNode, ConstDirectiveNode } from 'graphql'
import { didYouMean } from '../../errors/suggest.js'
import type { Report } from '../report.js'
import { DIRECTIVES } from './directives.js'
import type { Rule } from './rule.js'

/** `@sql_query` has a `query` with text in it and perhaps a `mode`; `@task_response` has no arguments. */
export const directiveArguments: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role === 'subscription') continue
    const fields = type.fields.flatMap((field) => field.directives ?? [])
    for (const directive of [...type.directives, ...fields]) check(directive, report)
  }
}

function check(directive: ConstDirectiveNode, report: Report): void {
  const name = directive.name.value
  const known = DIRECTIVES.get(name)
  if (!known) return
  const seen = new Map<string, ConstArgumentNode>()
  let unknown = false
  for (const argument of directive.arguments ?? []) {
    const written = argument.name.value
    if (!known.includes(written)) {
      unknown = true
      const hint =
        didYouMean(written, known) ??
        (known.length > 0 ? `Its arguments are ${known.join(' and ')}.` : 'It has no arguments.')
      report.error('OCG1022', argument.name, `@${name} has no argument "${written}".`, { hint })
    } else if (seen.has(written)) {
      report.error('OCG1024', argument.name, `The argument "${written}" of @${name} is given twice.`, {
        hint: 'Remove one of them.',
      })
    } else seen.set(written, argument)
  }
  if (name !== 'sql_query') return
  checkQuery(directive, seen.get('query'), unknown, report)
  checkMode(seen.get('mode'), report)
}

function checkQuery(
  directive: ConstDirectiveNode,
  argument: ConstArgumentNode | undefined,
  unknown: boolean,
  report: Report,
): void {
  const hint = 'Write the statement as a string: @sql_query(query: "SELECT …")'
  if (!argument) {
    // A misspelt "query" is one mistake, not two.
    if (!unknown) report.error('OCG1023', directive.name, '@sql_query lacks its argument "query".', { hint })
  } else if (argument.value.kind !== 'StringValue') {
    report.error('OCG1023', argument.value, 'The argument "query" of @sql_query must be a string.', { hint })
  } else if (argument.value.value.trim() === '') {
    report.error('OCG1023', argument.value, 'The argument "query" of @sql_query is empty.', { hint })
  }
}

function checkMode(argument: ConstArgumentNode | undefined, report: Report): void {
  if (!argument) return
  const { value } = argument
  if (value.kind === 'EnumValue' && (value.value === 'TASK' || value.value === 'SYNC')) return
  const written = value.kind === 'EnumValue' || value.kind === 'StringValue' ? value.value : ''
  report.error('OCG1023', value, 'The argument "mode" of @sql_query must be TASK or SYNC.', {
    hint: didYouMean(written, ['TASK', 'SYNC'], (one) => one) ?? 'TASK answers later, SYNC directly.',
  })
}
