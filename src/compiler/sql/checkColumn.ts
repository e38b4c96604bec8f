import { didYouMean } from '../../errors/suggest.js'
import type { Name } from '../../trino/ast.js'
import type { Report } from './report.js'
import {
  lookUpColumn,
  lookUpRelation,
  type Relation,
  type Scope,
  visibleColumns,
  visibleRelations,
} from './scope.js'

/** `table.column` or `row.field`. */
export function checkQualifiedColumn(report: Report, qualifier: Name, name: Name, scope: Scope): void {
  const relation = lookUpRelation(scope, qualifier.text)
  if (relation) {
    if (relation.columns === undefined || relation.columns.has(name.text.toLowerCase())) return
    const known = [...relation.columns.values()]
    report.at(
      name,
      'OCG2052',
      `${relation.table ?? relation.name} has no column "${name.text}".`,
      didYouMean(name.text, known) ?? columnList(known),
    )
    return
  }
  // `address.city`: a field of a row.
  if (lookUpColumn(scope, qualifier.text).found) return
  const aliased = aliasOf(scope, qualifier.text)
  const hint = aliased
    ? `Here it is called ${aliased}.`
    : didYouMean(qualifier.text, [...visibleRelations(scope), ...visibleColumns(scope)])
  report.at(qualifier, 'OCG2052', `Nothing in FROM is called "${qualifier.text}".`, hint)
}

/** A column without anything before it. */
export function checkColumn(report: Report, name: Name, scope: Scope): void {
  const result = lookUpColumn(scope, name.text)
  if (result.found) return
  if (result.ambiguous.length > 0) {
    const [first = '', ...others] = result.ambiguous
    const owners = [...new Set([first, ...others])].join(' and of ')
    report.at(
      name,
      'OCG2053',
      `"${name.text}" is a column of ${owners}.`,
      `Say which one: ${first}.${name.text}.`,
    )
    return
  }
  const known = visibleColumns(scope)
  const relation = lookUpRelation(scope, name.text)
  const hint = relation
    ? 'It is a table here. A table has no value: name one of its columns.'
    : (didYouMean(name.text, known) ?? columnList(known))
  const isQuoted = name.end - name.start > name.text.length
  const text = isQuoted ? ' Double quotes are for names; a text has single quotes.' : ''
  report.at(name, 'OCG2052', `There is no column "${name.text}".${text}`, hint)
}

/** `table.*` or `row.*`. */
export function checkStar(report: Report, qualifier: Name, scope: Scope): void {
  if (lookUpRelation(scope, qualifier.text) || lookUpColumn(scope, qualifier.text).found) return
  const aliased = aliasOf(scope, qualifier.text)
  report.at(
    qualifier,
    'OCG2052',
    `Nothing in FROM is called "${qualifier.text}".`,
    aliased ? `Here it is called ${aliased}.` : didYouMean(qualifier.text, visibleRelations(scope)),
  )
}

/** One side of a join has each column of its USING. */
export function checkUsing(report: Report, column: Name, relations: readonly Relation[]): void {
  if (relations.some(({ columns }) => columns === undefined || columns.has(column.text.toLowerCase()))) return
  const names = relations.flatMap(({ columns }) => [...(columns?.values() ?? [])])
  report.at(
    column,
    'OCG2052',
    `USING names the column "${column.text}", which one of the joined tables does not have.`,
    didYouMean(column.text, names),
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
