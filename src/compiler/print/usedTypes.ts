import type { Field, Project, TypeRef } from '../../model/types.js'

export interface UsedTypes {
  /** Value types that occur in entities and so need an input twin. */
  readonly stored: ReadonlySet<string>
  /** Value types that occur anywhere. */
  readonly values: ReadonlySet<string>
  /** Response types that statements return, directly or inside others. */
  readonly responses: ReadonlySet<string>
}

/** The value types and response types that the API has: an unused one is no part of it. */
export function usedTypes(
  model: Pick<Project, 'entities' | 'valueTypes' | 'responseTypes' | 'statements'>,
): UsedTypes {
  const stored = reach(model, model.entities.flatMap(typesOf))
  const returned = reach(
    model,
    model.statements.flatMap((one) => (one.kind === 'select' ? [one.returns] : [])),
  )
  return {
    stored: stored.value,
    values: new Set([...stored.value, ...returned.value]),
    responses: returned.response,
  }
}

/** Names of the types that are reached from some uses. */
function reach(model: Pick<Project, 'valueTypes' | 'responseTypes'>, from: readonly TypeRef[]) {
  const types = new Map([...model.valueTypes, ...model.responseTypes].map((type) => [type.name, type]))
  const reached = { value: new Set<string>(), response: new Set<string>() }
  const queue = [...from]
  for (let ref = queue.pop(); ref; ref = queue.pop()) {
    if (ref.kind === 'list') queue.push(ref.item)
    else if ((ref.kind === 'value' || ref.kind === 'response') && !reached[ref.kind].has(ref.name)) {
      reached[ref.kind].add(ref.name)
      const type = types.get(ref.name)
      if (type) queue.push(...typesOf(type))
    }
  }
  return reached
}

function typesOf({ fields }: { readonly fields: readonly Field[] }): TypeRef[] {
  return fields.map(({ type }) => type)
}
