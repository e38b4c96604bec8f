import type { Expression, Name } from '../../trino/ast.js'
import { childrenOf } from '../../trino/childrenOf.js'
import type { Scope } from './scope.js'

/** A column as an expression names it: `column` or `qualifier.column`. */
export interface NamedColumn {
  readonly qualifier?: string
  /** In lower case, as the qualifier. */
  readonly column: string
}

export interface NamesFound {
  readonly names: readonly NamedColumn[]
  /** It holds a query, which may name anything around it. */
  readonly hasQuery: boolean
}

/** The columns that some expressions name, those of their subqueries not included. */
export function namesIn(expressions: readonly Expression[]): NamesFound {
  const names: NamedColumn[] = []
  let hasQuery = false
  const open = [...expressions]
  for (let node = open.pop(); node; node = open.pop()) {
    const name = namedColumn(node)
    if (name) {
      names.push(name)
      continue
    }
    const children = childrenOf(node)
    if (children.query) hasQuery = true
    open.push(...children.expressions)
  }
  return { names, hasQuery }
}

/** The column that an expression is; of `a.b.c` it is `b` of `a`. Undefined for any other expression. */
export function namedColumn(node: Expression): NamedColumn | undefined {
  if (node.kind === 'name') return { column: node.name.text.toLowerCase() }
  if (node.kind !== 'field') return undefined
  let inner = node
  while (inner.base.kind === 'field') inner = inner.base
  return inner.base.kind === 'name' ? qualified(inner.base.name, inner.name) : undefined
}

/** Positions of the FROM entries that a column may be of; of several with its name, all. */
export function ownersOf({ relations }: Scope, { qualifier, column }: NamedColumn): number[] {
  const owners: number[] = []
  const named = relations.findIndex(({ name }) => qualifier !== undefined && name === qualifier)
  if (named >= 0) return [named]
  // Without a table of the name, `address.city` is a field of a row.
  const wanted = qualifier ?? column
  for (const [at, { columns }] of relations.entries()) if (columns?.has(wanted)) owners.push(at)
  return owners
}

function qualified(qualifier: Name, name: Name): NamedColumn {
  return { qualifier: qualifier.text.toLowerCase(), column: name.text.toLowerCase() }
}
