import type { Name } from '../../../trino/ast.js'
import { closestName } from './closestName.js'
import { TranslateError } from './translateError.js'
import type { Typed } from './typed.js'
import type { SqlType } from './types.js'

/** A column that expressions can name. */
export interface ScopeColumn {
  /** Alias or name of its relation, lower case; absent for a column merged by USING. */
  readonly relation?: string
  /** Name as the result shows it. */
  readonly label: string
  readonly sql: string
  readonly type: SqlType
  /** As of `Typed`. */
  readonly finite?: boolean
  readonly number?: boolean
}

/** What names mean at a place in a statement: columns, or the parameters of a lambda; then what lies outside. */
export interface Scope {
  readonly columns: readonly ScopeColumn[]
  /** Lambda parameters by their name in lower case. */
  readonly parameters?: ReadonlyMap<string, Typed>
  /** Set when the parameters are names of the result, which ORDER BY can use outside of aggregates. */
  readonly ofResult?: boolean
  readonly parent?: Scope
}

export interface Resolved {
  readonly value: Typed
  /** The scope that the column belongs to. */
  readonly scope: Scope
}

/** Finds a column or lambda parameter. Names are compared without regard to case, quoted or not, as in Trino. */
export function resolveName(name: Name, scope: Scope): Resolved {
  const found = lookUp(scope, (column) => column.label.toLowerCase() === name.text.toLowerCase(), name, false)
  if (found) return found
  const known = allColumns(scope).map((column) => column.label)
  throw new TranslateError(`Column ${name.text} does not exist${suggestion(name.text, known)}.`, name)
}

/** Finds `relation.column`; undefined when there is no such relation. */
export function resolveQualified(relation: Name, name: Name, scope: Scope): Resolved | undefined {
  const wanted = relation.text.toLowerCase()
  const isOf = (column: ScopeColumn) => column.relation === wanted
  const span = { text: `${relation.text}.${name.text}`, start: relation.start, end: name.end }
  const found = lookUp(
    scope,
    (column) => isOf(column) && column.label.toLowerCase() === name.text.toLowerCase(),
    span,
    true,
  )
  if (found) return found
  const known = allColumns(scope).filter(isOf)
  if (known.length === 0) return undefined
  const hint = suggestion(
    name.text,
    known.map((column) => column.label),
  )
  throw new TranslateError(`Column ${span.text} does not exist${hint}.`, span)
}

/** Columns of the relation with this name in the innermost scope that has it. */
export function relationColumns(relation: Name, scope: Scope): readonly ScopeColumn[] | undefined {
  const columns = scope.columns.filter((column) => column.relation === relation.text.toLowerCase())
  if (columns.length > 0) return columns
  return scope.parent && relationColumns(relation, scope.parent)
}

/** Whether a lambda parameter or column of this name exists. */
export function hasName(name: Name, scope: Scope): boolean {
  const wanted = name.text.toLowerCase()
  if (scope.parameters?.has(wanted)) return true
  if (scope.columns.some((column) => column.label.toLowerCase() === wanted)) return true
  return scope.parent !== undefined && hasName(name, scope.parent)
}

function lookUp(
  scope: Scope,
  fits: (column: ScopeColumn) => boolean,
  name: Name,
  qualified: boolean,
): Resolved | undefined {
  const parameter = qualified ? undefined : scope.parameters?.get(name.text.toLowerCase())
  if (parameter) return { value: parameter, scope }
  const found = scope.columns.filter(fits)
  if (found.length > 1) {
    const relations = found.map((column) => column.relation ?? 'USING').join(', ')
    const message = `Column ${name.text} is ambiguous: it is a column of ${relations}. Write the relation before it.`
    throw new TranslateError(message, name)
  }
  const column = found[0]
  if (column) return { value: columnValue(column), scope }
  return scope.parent && lookUp(scope.parent, fits, name, qualified)
}

/** A column as a value. */
export function columnValue({ sql, type, finite, number }: ScopeColumn): Typed {
  return { sql, type, ...(finite && { finite }), ...(number && { number }) }
}

function allColumns(scope: Scope): ScopeColumn[] {
  return scope.parent ? [...scope.columns, ...allColumns(scope.parent)] : [...scope.columns]
}

function suggestion(name: string, known: readonly string[]): string {
  const close = closestName(name, known)
  return close === undefined ? '' : `; did you mean ${close}`
}
