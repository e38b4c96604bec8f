import { didYouMean } from '../../errors/suggest.js'
import {
  lookUpColumn,
  lookUpRelation,
  type Relation,
  type Scope,
  visibleColumns,
  visibleRelations,
} from './scope.js'
import { nameOf, type TreeName, type TreeNode } from './syntaxTree.js'
import type { TreeReporter } from './treeNames.js'

/** A column, `table.column` or `row.field`. */
export function checkColumn(report: TreeReporter, body: TreeNode, scope: Scope): void {
  const name = nameOf(body.name)
  if (!name) return
  const qualifier = nameOf(body.table)
  if (!qualifier) {
    checkBareColumn(report, name, scope)
    return
  }
  const relation = lookUpRelation(scope, qualifier.name)
  if (relation) {
    if (relation.columns === undefined || relation.columns.has(name.name.toLowerCase())) return
    const known = [...relation.columns.values()]
    report.at(
      name.span,
      'OCG2052',
      `${relation.table ?? relation.name} has no column "${name.name}".`,
      didYouMean(name.name, known) ?? columnList(known),
    )
    return
  }
  // `address.city`: a field of a row.
  if (lookUpColumn(scope, qualifier.name).found) return
  const aliased = aliasOf(scope, qualifier.name)
  const hint = aliased
    ? `Here it is called ${aliased}.`
    : didYouMean(qualifier.name, [...visibleRelations(scope), ...visibleColumns(scope)])
  report.at(qualifier.span, 'OCG2052', `Nothing in FROM is called "${qualifier.name}".`, hint)
}

function checkBareColumn(report: TreeReporter, name: TreeName, scope: Scope): void {
  const result = lookUpColumn(scope, name.name)
  if (result.found) return
  if (result.ambiguous.length > 0) {
    const [first = '', ...others] = result.ambiguous
    const owners = [...new Set([first, ...others])].join(' and of ')
    report.at(
      name.span,
      'OCG2053',
      `"${name.name}" is a column of ${owners}.`,
      `Say which one: ${first}.${name.name}.`,
    )
    return
  }
  const known = visibleColumns(scope)
  const relation = lookUpRelation(scope, name.name)
  const hint = relation
    ? 'It is a table here. A table has no value: name one of its columns.'
    : (didYouMean(name.name, known) ?? columnList(known))
  const text = name.quoted ? ' Double quotes are for names; a text has single quotes.' : ''
  report.at(name.span, 'OCG2052', `There is no column "${name.name}".${text}`, hint)
}

/** `*` or `table.*`. */
export function checkStar(report: TreeReporter, body: TreeNode, scope: Scope): void {
  for (const part of ['except', 'replace', 'rename', 'exclude']) {
    if (body[part]) report.within(body, `Trino's * has no ${part.toUpperCase()}.`)
  }
  const qualifier = nameOf(body.table)
  if (!qualifier || lookUpRelation(scope, qualifier.name) || lookUpColumn(scope, qualifier.name).found) return
  const aliased = aliasOf(scope, qualifier.name)
  report.at(
    qualifier.span,
    'OCG2052',
    `Nothing in FROM is called "${qualifier.name}".`,
    aliased ? `Here it is called ${aliased}.` : didYouMean(qualifier.name, visibleRelations(scope)),
  )
}

/** One side of a join has each column of its USING. */
export function checkUsing(report: TreeReporter, column: TreeName, relations: readonly Relation[]): void {
  if (relations.some(({ columns }) => columns === undefined || columns.has(column.name.toLowerCase()))) return
  const names = relations.flatMap(({ columns }) => [...(columns?.values() ?? [])])
  report.at(
    column.span,
    'OCG2052',
    `USING names the column "${column.name}", which one of the joined tables does not have.`,
    didYouMean(column.name, names),
  )
}

function aliasOf(scope: Scope, table: string): string | undefined {
  const lower = table.toLowerCase()
  for (let one: Scope | undefined = scope; one; one = one.parent) {
    const found = one.relations.find((relation) => relation.table === lower)
    if (found) return found.name
  }
  return undefined
}

function columnList(names: readonly string[]): string | undefined {
  const known = [...new Set(names)]
  return known.length > 0 && known.length <= 12 ? `Columns are ${known.join(', ')}.` : undefined
}
