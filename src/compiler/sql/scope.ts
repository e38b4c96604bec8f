import type { LakeTable } from '../../model/lakeSchema.js'

/** Columns by their names in lower case; the value is the name to show. Undefined where the compiler cannot be sure. */
export type Columns = ReadonlyMap<string, string> | undefined

/** One entry of a FROM clause. */
export interface Relation {
  /** Alias or name in lower case; undefined for a subquery without one. */
  readonly name: string | undefined
  /** Name of the table where the relation has an alias: a hint when it is used all the same. */
  readonly table?: string
  /** Lake name of the catalog's table that the columns are of, under their own names. */
  readonly source?: string
  readonly columns: Columns
}

/** What names mean at one place. */
export interface Scope {
  readonly relations: readonly Relation[]
  /** Columns that USING made one of two, in lower case. */
  readonly merged: ReadonlySet<string>
  readonly parent: Scope | undefined
}

export type Lookup =
  | { readonly found: true }
  | { readonly found: false; readonly ambiguous: readonly string[] }

export function scopeOf(relations: readonly Relation[], parent: Scope | undefined): Scope {
  return { relations, merged: new Set(), parent }
}

/** Looks a bare name up, innermost scope first. Ambiguity counts within one scope only. */
export function lookUpColumn(scope: Scope | undefined, name: string): Lookup {
  const lower = name.toLowerCase()
  for (let one = scope; one; one = one.parent) {
    const owners = one.relations.filter(({ columns }) => columns?.has(lower))
    if (owners.length > 1 && !one.merged.has(lower)) {
      return { found: false, ambiguous: owners.map((owner) => owner.name ?? 'a subquery') }
    }
    if (owners.length > 0 || one.relations.some(({ columns }) => columns === undefined))
      return { found: true }
  }
  return { found: false, ambiguous: [] }
}

export function lookUpRelation(scope: Scope | undefined, name: string): Relation | undefined {
  const lower = name.toLowerCase()
  for (let one = scope; one; one = one.parent) {
    const found = one.relations.find((relation) => relation.name === lower)
    if (found) return found
  }
  return undefined
}

/** Names of all columns in sight, as they are shown. */
export function visibleColumns(scope: Scope | undefined): string[] {
  const names: string[] = []
  for (let one = scope; one; one = one.parent) {
    for (const { columns } of one.relations) names.push(...(columns?.values() ?? []))
  }
  return names
}

/** Names of all tables and aliases in sight; undefined ones are left out. */
export function visibleRelations(scope: Scope | undefined): string[] {
  const names: string[] = []
  for (let one = scope; one; one = one.parent) {
    for (const { name } of one.relations) if (name !== undefined) names.push(name)
  }
  return names
}

/** Every column that a statement may name, in the table's order. */
export function tableColumns(table: LakeTable): Columns {
  const names = [...table.columns.map((column) => column.name), ...table.partitionColumns]
  return columnsOf(names)
}

export function columnsOf(names: readonly string[]): Columns {
  return new Map(names.map((name) => [name.toLowerCase(), name]))
}
