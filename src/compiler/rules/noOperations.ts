import type { Rule } from './rule.js'

/** A schema defines types; operations are sent to the API. */
export const noOperations: Rule = ({ definitions }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'OperationDefinition' && node.kind !== 'FragmentDefinition') continue
    const { source, offset } = report.placeOf(node)
    const [at, length] = node.name ? [report.placeOf(node.name).offset, node.name.value.length] : [offset, 1]
    const kind = node.kind === 'FragmentDefinition' ? 'fragment' : node.operation
    report.error(
      'OCG1006',
      { source, offset: at, length },
      `A ${kind} is sent to the API; it is no part of a schema.`,
      {
        hint: 'Remove it, or define a type: type Query { … }',
      },
    )
  }
}
