import type { Expression, Relation } from '../../trino/ast.js'

/** Tables, subqueries and UNNESTs of an entry of FROM, in the order of the text, which is that of the scope's relations. */
export function leavesOf(node: Relation): Exclude<Relation, { kind: 'join' }>[] {
  return partsOf(node).flatMap((one) => (one.kind === 'join' ? [] : [one]))
}

/** Conditions of the joins of an entry of FROM, split at AND. */
export function conditionsOf(node: Relation): Expression[] {
  return partsOf(node).flatMap((one) => (one.kind === 'join' ? conjuncts(one.on) : []))
}

/** Columns of each USING of an entry of FROM, in lower case. */
export function usedColumns(node: Relation): string[][] {
  return partsOf(node).flatMap((one) =>
    one.kind === 'join' && one.using ? [one.using.map(({ text }) => text.toLowerCase())] : [],
  )
}

/** The conditions that all have to hold for one to hold. */
export function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (!condition) return []
  if (condition.kind !== 'logical' || condition.operator !== 'AND') return [condition]
  return condition.terms.flatMap(conjuncts)
}

/** The nodes of a tree of joins. Chains lean to the left; a loop needs no stack for them. */
function partsOf(root: Relation): Relation[] {
  const found: Relation[] = []
  let node = root
  while (node.kind === 'join') {
    found.push(...partsOf(node.right).reverse(), node)
    node = node.left
  }
  return [...found, node].reverse()
}
