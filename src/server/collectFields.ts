import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'

/** A field of a result: its first node, and all that is selected below it. */
export interface CollectedField {
  /** Its name in the result. */
  readonly key: string
  readonly node: FieldNode
  readonly selections: readonly SelectionSetNode[]
}

/**
 * The fields of a selection in the order of the result, fragments taken apart. Undefined where a directive decides, or a
 * name that plain objects can't hold. The document is valid: fields of one key can be merged, and no fragment contains itself.
 */
export function collectFields(
  selection: SelectionSetNode,
  type: GraphQLObjectType,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly CollectedField[] | undefined {
  const fields = new Map<string, { node: FieldNode; selections: SelectionSetNode[] }>()
  if (!collect(selection, type, fragments, fields, new Set())) return undefined
  return [...fields].map(([key, field]) => ({ key, ...field }))
}

function collect(
  { selections }: SelectionSetNode,
  type: GraphQLObjectType,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  fields: Map<string, { node: FieldNode; selections: SelectionSetNode[] }>,
  visited: Set<string>,
): boolean {
  return selections.every((node) => {
    if ((node.directives?.length ?? 0) > 0) return false
    if (node.kind === Kind.FIELD) {
      const key = node.alias?.value ?? node.name.value
      if (key === '__proto__') return false
      const known = fields.get(key)
      const below = node.selectionSet ? [node.selectionSet] : []
      if (known) known.selections.push(...below)
      else fields.set(key, { node, selections: below })
      return true
    }
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      // Once is enough, and fragments of fragments may be spread a million times.
      if (visited.has(node.name.value)) return true
      visited.add(node.name.value)
    }
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node
    if (!fragment) return false
    // Every type of a result is an object type: a fragment that can be here is of this one.
    if (fragment.typeCondition && fragment.typeCondition.name.value !== type.name) return false
    return collect(fragment.selectionSet, type, fragments, fields, visited)
  })
}
