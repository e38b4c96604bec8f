import type { Relation, Scope } from './scope.js'

/** Collects which columns of the catalog's tables a statement reads, as its names are resolved. */
export class ColumnReads {
  private readonly found = new Map<string, Set<string>>()

  /** A bare name: the innermost tables that have it. Names that a query gives itself are nobody's columns. */
  column(scope: Scope, name: string): void {
    const lower = name.toLowerCase()
    for (let one: Scope | undefined = scope; one; one = one.parent) {
      const owners = one.relations.filter(({ columns }) => columns?.has(lower))
      for (const owner of owners) this.add(owner, lower)
      if (owners.length > 0 || one.relations.some(({ columns }) => columns === undefined)) return
    }
  }

  /** A column of one relation, if it has it. */
  columnOf(relation: Relation, name: string): void {
    const lower = name.toLowerCase()
    if (relation.columns?.has(lower)) this.add(relation, lower)
  }

  /** All columns of some relations. */
  all(relations: readonly Relation[]): void {
    for (const relation of relations) {
      for (const lower of relation.columns?.keys() ?? []) this.add(relation, lower)
    }
  }

  /** Columns by lake name, both sorted, in the spelling of the schema. */
  result(): ReadonlyMap<string, readonly string[]> {
    const tables = [...this.found].sort(([a], [b]) => (a < b ? -1 : 1))
    return new Map(tables.map(([table, columns]) => [table, [...columns].sort()]))
  }

  private add({ source, columns }: Relation, lower: string): void {
    const name = columns?.get(lower)
    if (source === undefined || name === undefined) return
    const known = this.found.get(source) ?? new Set()
    this.found.set(source, known.add(name))
  }
}
