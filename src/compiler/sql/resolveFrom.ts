import { didYouMean } from '../../errors/suggest.js'
import type { Join, Name, Relation as RelationNode } from '../../trino/ast.js'
import { quotedIfReserved } from '../../trino/reservedWords.js'
import { checkUsing } from './checkColumn.js'
import type { Resolution, Surroundings } from './resolution.js'
import { type Columns, columnsOf, type Relation, type Scope, scopeOf, tableColumns } from './scope.js'

/** Resolves the relations of a FROM clause; without one the scope is empty. */
export function resolveFrom(
  resolution: Resolution,
  from: readonly RelationNode[],
  around: Surroundings,
): Scope {
  let scope = scopeOf([], around.outer)
  for (const node of from) scope = both(scope, resolveRelation(resolution, node, scope, around))
  return scope
}

/** What a table, a WITH query or a name of nothing gives. `named`: as in `TableReference`. */
export function resolveTable(
  resolution: Resolution,
  path: readonly Name[],
  around: Surroundings,
  named: boolean,
): Relation {
  const [first, ...others] = path as readonly [Name, ...Name[]]
  const last = others.at(-1)
  if (last) {
    resolution.report.at(
      first,
      'OCG2055',
      `The table ${path.map(({ text }) => text).join('.')} has a schema before its name.`,
      `A statement reads the project's tables only: write ${quotedIfReserved(last.text)}.`,
    )
    return { name: last.text.toLowerCase(), columns: undefined }
  }
  const name = first.text.toLowerCase()
  const columns = columnsOfTable(resolution, first, around)
  const isStored = !around.ctes.has(name) && resolution.catalog.tables.has(name)
  if (isStored) resolution.references.push({ table: name, named, start: first.start, end: first.end })
  return isStored ? { name, columns, source: name } : { name, columns }
}

function columnsOfTable({ catalog, report, tables }: Resolution, name: Name, around: Surroundings): Columns {
  const lower = name.text.toLowerCase()
  if (around.ctes.has(lower)) return around.ctes.get(lower)
  const table = catalog.tables.get(lower)
  if (table) {
    tables.add(lower)
    return tableColumns(table)
  }
  if (!catalog.broken.has(lower)) {
    const names = [...catalog.tables.keys(), ...around.ctes.keys()]
    const near = didYouMean(name.text, names, (one) => quotedIfReserved(one))
    const known =
      names.length > 0 && names.length <= 12
        ? `Tables are ${names.map(quotedIfReserved).join(', ')}.`
        : undefined
    report.at(name, 'OCG2051', `There is no table "${name.text}".`, near ?? known)
  }
  return undefined
}

/** What one entry of FROM brings; `before` is what UNNEST and LATERAL see of the entries before it. */
function resolveRelation(
  resolution: Resolution,
  node: RelationNode,
  before: Scope,
  around: Surroundings,
): Scope {
  switch (node.kind) {
    case 'table': {
      const table = resolveTable(resolution, node.name, around, !node.alias)
      const aliased = node.alias && { ...table, name: node.alias.text.toLowerCase() }
      const known = aliased && table.name !== undefined ? { ...aliased, table: table.name } : table
      // Under other names their own are lost: any of them may be read.
      if (node.columns) resolution.reads.all([known])
      return scopeOf([renamed(known, node.columns)], before.parent)
    }
    case 'subquery': {
      // Only LATERAL sees the tables before it.
      const outer = node.lateral ? before : around.outer
      const output = resolution.query(node.query, { ctes: around.ctes, outer })
      const relation = { name: node.alias?.text.toLowerCase(), columns: output && columnsOf(output) }
      return scopeOf([renamed(relation, node.columns)], before.parent)
    }
    case 'unnest': {
      resolution.expressions(node.expressions, before, around)
      const relation = { name: node.alias?.text.toLowerCase(), columns: undefined }
      return scopeOf([renamed(relation, node.columns)], before.parent)
    }
    case 'join':
      return resolveJoins(resolution, node, before, around)
  }
}

function resolveJoins(resolution: Resolution, last: Join, before: Scope, around: Surroundings): Scope {
  // A chain of joins leans to the left; a loop needs no stack for it.
  const joins: Join[] = []
  let first: RelationNode = last
  while (first.kind === 'join') {
    joins.push(first)
    first = first.left
  }
  let left = resolveRelation(resolution, first, before, around)
  for (const join of joins.reverse()) {
    const right = resolveRelation(resolution, join.right, both(before, left), around)
    const using = join.using ?? []
    for (const column of using) {
      checkUsing(resolution.report, column, left.relations)
      checkUsing(resolution.report, column, right.relations)
      for (const side of [...left.relations, ...right.relations]) resolution.reads.columnOf(side, column.text)
    }
    const joined = both(left, right)
    const merged = new Set([...joined.merged, ...using.map(({ text }) => text.toLowerCase())])
    left = { ...joined, merged }
    // ON sees the two sides of its own join.
    if (join.on) resolution.expressions([join.on], left, around)
  }
  return left
}

function both(left: Scope, right: Scope): Scope {
  return {
    relations: [...left.relations, ...right.relations],
    merged: new Set([...left.merged, ...right.merged]),
    parent: left.parent,
  }
}

function renamed(relation: Relation, columns: readonly Name[] | undefined): Relation {
  if (!columns) return relation
  const { source: _, ...rest } = relation
  return { ...rest, columns: columnsOf(columns.map(({ text }) => text)) }
}
