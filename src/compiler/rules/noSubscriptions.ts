import type { Rule } from './rule.js'

/** The API has queries and mutations. */
export const noSubscriptions: Rule = ({ all }, report) => {
  for (const { role, name, nameNode } of all) {
    if (role !== 'subscription') continue
    report.error('OCG1015', nameNode, `Type ${name} is not possible: there are no subscriptions.`, {
      hint: `Remove the type ${name}.`,
    })
  }
}
