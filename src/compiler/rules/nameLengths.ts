import type { NameNode } from 'graphql'
import type { Report } from '../report.js'
import type { Rule } from './rule.js'

/** Longest name of a type, field, argument or join table. Names are parts of keys, columns and generated names. */
export const MAX_NAME_LENGTH = 128

/** Names are not so long that keys, columns and generated names made of them would be too long. */
export const nameLengths: Rule = ({ all }, report) => {
  for (const type of all) {
    check('type', type.nameNode, report)
    for (const { name } of type.values) check('enum value', name, report)
    for (const field of type.fields) {
      check('field', field.name, report)
      for (const { name } of field.arguments ?? []) check('argument', name, report)
    }
  }
}

function check(kind: string, name: NameNode, report: Report): void {
  const { length } = name.value
  if (length <= MAX_NAME_LENGTH) return
  const start = `${name.value.slice(0, 20)}…`
  report.error(
    'OCG1050',
    name,
    `The name of ${kind} ${start} has ${length} characters; ${MAX_NAME_LENGTH} are possible.`,
    {
      hint: 'Choose a shorter name.',
    },
  )
}
