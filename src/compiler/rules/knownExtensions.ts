import { didYouMean } from '../../errors/suggest.js'
import { isScalarName } from '../isScalarName.js'
import { isEnum, isTypeExtension } from '../schema.js'
import type { Rule } from './rule.js'

/** An extension extends a type of its own kind. */
export const knownExtensions: Rule = ({ definitions, types, unusable, damaged }, report) => {
  for (const node of definitions) {
    if (!isTypeExtension(node)) continue
    const name = node.name.value
    const base = types.get(name)
    const kind = isEnum(node) ? 'enum' : 'type'
    if (base) {
      if ((base.role === 'enum') === isEnum(node)) continue
      const right = isEnum(node) ? 'type' : 'enum'
      report.error('OCG1039', node.name, `${name} is extended as ${kind}, but it is defined as ${right}.`, {
        hint: `Write: extend ${right} ${name} { … }`,
        related: [{ message: `${name} is defined here.`, at: base.nameNode }],
      })
    } else if (isScalarName(name)) {
      report.error('OCG1039', node.name, `${name} is a built-in scalar and can't be extended.`, {
        hint: 'Remove the extension.',
      })
    } else if (!unusable.has(name) && !damaged) {
      report.error('OCG1039', node.name, `There is no ${kind} ${name} to extend.`, {
        hint: didYouMean(name, types.keys()) ?? `Write ${kind} ${name} { … } without "extend".`,
      })
    }
  }
}
