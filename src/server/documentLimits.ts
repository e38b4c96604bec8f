import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { ApiError } from './apiError.js'
import type { ServerLimits } from './limits.js'

type Limits = Pick<
  ServerLimits,
  'maxDepth' | 'maxAliases' | 'maxFields' | 'maxRootFields' | 'maxIntrospections' | 'maxOperations'
>

/** What a selection costs, fragments counted wherever they are spread. */
interface Cost {
  /** Levels of fields below the selection. */
  readonly depth: number
  readonly fields: number
  readonly aliases: number
  /** Fields of the selection's own level. */
  readonly level: number
  readonly introspections: number
}

const NOTHING: Cost = { depth: 0, fields: 0, aliases: 0, level: 0, introspections: 0 }

/**
 * Counts what a document asks for, before it is validated (validation itself takes quadratic time in the fields).
 * Every fragment is counted once and its cost reused, so that fragments which spread each other cost linear time.
 * Recursive fragments count as nothing; validation reports them.
 */
export function checkDocumentLimits(document: DocumentNode, limits: Limits): ApiError[] {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const count = counter(fragments, limits.maxDepth)
  const costs = operations.map((operation) => count(operation.selectionSet))
  // A fragment that no operation spreads is validated too, and so counts too.
  const all = [...costs, ...[...fragments.values()].map((fragment) => count(fragment.selectionSet))]
  const total = (part: keyof Cost) => all.reduce((sum, cost) => sum + cost[part], 0)
  const most = (part: keyof Cost, of: readonly Cost[]) =>
    of.reduce((max, cost) => Math.max(max, cost[part]), 0)

  const errors: ApiError[] = []
  const check = (found: number, limit: number, what: string) => {
    if (found <= limit) return
    errors.push(
      new ApiError(
        'BadInput',
        `The document has too many ${what}; the limit is ${limit.toLocaleString('en-US')}.`,
      ),
    )
  }
  check(most('depth', costs), limits.maxDepth, 'levels of nested fields')
  check(total('fields'), limits.maxFields, 'fields')
  check(total('aliases'), limits.maxAliases, 'aliases')
  check(most('level', costs), limits.maxRootFields, 'fields at the top of one operation')
  check(total('introspections'), limits.maxIntrospections, 'introspection fields')
  check(operations.length, limits.maxOperations, 'operations')
  return errors
}

function counter(fragments: ReadonlyMap<string, FragmentDefinitionNode>, maxDepth: number) {
  const known = new Map<string, Cost>()
  const open = new Set<string>()
  return (selectionSet: SelectionSetNode) => countSelections(selectionSet, 0)

  function countSelections(selectionSet: SelectionSetNode, level: number): Cost {
    let sum = NOTHING
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) sum = add(sum, countField(selection, level))
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        sum = add(sum, countSelections(selection.selectionSet, level))
      else sum = add(sum, countFragment(selection.name.value))
    }
    return sum
  }

  function countField(field: FieldNode, level: number): Cost {
    const aliases = field.alias ? 1 : 0
    const introspections = field.name.value === '__schema' || field.name.value === '__type' ? 1 : 0
    if (!field.selectionSet) return { depth: 1, fields: 1, aliases, level: 1, introspections }
    // Deeper than the limit is too deep, however deep it is: the recursion ends with it.
    const inner =
      level > maxDepth && introspections === 0 ? NOTHING : countSelections(field.selectionSet, level + 1)
    return {
      depth: introspections === 1 ? 1 : inner.depth + 1,
      fields: inner.fields + 1,
      aliases: inner.aliases + aliases,
      level: 1,
      introspections: inner.introspections + introspections,
    }
  }

  function countFragment(name: string): Cost {
    const done = known.get(name)
    if (done) return done
    const fragment = fragments.get(name)
    if (!fragment || open.has(name)) return NOTHING
    open.add(name)
    const cost = countSelections(fragment.selectionSet, 0)
    open.delete(name)
    known.set(name, cost)
    return cost
  }
}

function add(a: Cost, b: Cost): Cost {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
    level: a.level + b.level,
    introspections: a.introspections + b.introspections,
  }
}
