import type { LakeTable } from '../../model/lakeSchema.js'
import type { Argument, Project, ResultColumn, SqlTemplate, TypeRef } from '../../model/types.js'
import type { CheckedColumn, SqlChecker } from '../../ports/sqlChecker.js'
import type { Token } from '../../trino/lex.js'
import { checkNulls } from './checkNulls.js'
import { checkResult, type SeenColumn, seenColumns } from './checkResult.js'
import { checkStars } from './checkStar.js'
import { checkTokens } from './checkTokens.js'
import { markCounts } from './countColumns.js'
import { markTables } from './markTables.js'
import { buildPieces, type Piece, templateOf } from './pieces.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'
import type { Catalog } from './resolution.js'
import { type ResolvedNames, resolveNames } from './resolveNames.js'
import { requiredPlaces, responseFields } from './responseFields.js'
import { resultPlaces } from './resultPlaces.js'
import { checkDeleteTree } from './rewriteDelete.js'
import { type SampleStatement, sampleStatement } from './sampleValues.js'
import { selectAsText } from './selectAsText.js'
import { parseTree } from './syntaxTree.js'

export interface QueryRequest {
  /** As the user wrote it. */
  readonly sql: string
  /** Tokens of the query that will run. */
  readonly tokens: readonly Token[]
  /** Tokens as the user wrote them: the same, unless a DELETE was rewritten. */
  readonly written: readonly Token[]
  readonly args: readonly Argument[]
  /** Declared type of the field; undefined for a DELETE, whose columns are the compiler's own. */
  readonly returns: TypeRef | undefined
  readonly catalog: Pick<Project, 'enums' | 'valueTypes' | 'responseTypes'>
  readonly tables: readonly LakeTable[]
  readonly names: Catalog
  readonly checker: SqlChecker | undefined
}

export interface QueryFindings {
  readonly sql: SqlTemplate
  /** The same with arrays and rows as JSON texts, where it has any. */
  readonly textSql?: SqlTemplate
  /** The result's columns as far as they are known. */
  readonly columns: readonly ResultColumn[]
  /** Lake names of the tables that it reads. */
  readonly tables: readonly string[]
  readonly problems: readonly SqlProblem[]
}

/** Checks a query step by step; each step runs only on what the one before it has found to be sound. */
export async function analyzeQuery(request: QueryRequest): Promise<QueryFindings> {
  const { pieces: plain, problems } = buildPieces(request.sql, request.tokens, request.args)
  const nothing = { sql: templateOf(plain), columns: [], tables: [] }

  const strangers = unknownJoinTables(request)
  problems.push(...checkTokens(request.written), ...strangers)
  const tree = parseTree(request.tokens, plain, request.args)
  const { query } = tree
  if (!query) {
    // A mistake that is known by its form has said already why the grammar ends there.
    const isSaid = problems.some(({ code, start }) => {
      return code === 'OCG2050' || tree.problems.some((one) => one.start === start)
    })
    return { ...nothing, problems: isSaid ? problems : [...problems, ...tree.problems] }
  }

  problems.push(...tree.problems)
  if (request.returns === undefined)
    problems.push(...checkDeleteTree(query, request.tokens, firstOf(request)))
  const resolved = resolveNames(query, request.names)
  const pieces = markTables(plain, query, resolved.references)
  // The columns that a DELETE reads of its table are the compiler's: they are missing when the table is another one.
  const own = request.returns === undefined && strangers.length > 0 ? firstOf(request) : undefined
  const named = resolved.problems.filter(({ start }) => start !== own?.start)
  problems.push(...withoutKnown(named, problems))
  const sql = templateOf(pieces)
  const found = { sql, tables: resolved.tables, columns: (resolved.output ?? []).map((name) => ({ name })) }
  if (problems.length > 0) return { ...found, problems }

  const checked = await askEngine(request, pieces)
  if (checked && 'code' in checked) return { ...found, problems: [checked] }
  const width = checked?.length ?? resolved.output?.length ?? 0
  const columns = seenColumns(resolved.output, checked, resultPlaces(query, width))
  if (!columns) return { ...found, problems }
  if (!request.returns) {
    return {
      ...found,
      columns: columns.map(({ name }) => ({ name })),
      problems: [...problems, ...resolved.costs],
    }
  }
  problems.push(...checkResult(markCounts(columns, query), request.returns, request.catalog, request.written))
  if (problems.length === 0) problems.push(...warnings(request, resolved, columns))
  const asText = selectAsText(query, pieces, columns)
  if ('code' in asText) return { ...found, problems: [...problems, asText] }
  const { text, ...form } = asText
  if (!text) return { ...found, ...form, problems }
  // What has no form in JSON shows here, and not on Athena.
  const refused = await askEngine(request, text)
  if (refused && 'code' in refused) return { ...found, problems: [...problems, refused] }
  return { ...found, ...form, problems }
}

/** What is legal, and costs more than it needs to or fails with some rows. */
function warnings(
  { returns, catalog, names }: QueryRequest,
  { top, costs }: ResolvedNames,
  columns: readonly SeenColumn[],
): SqlProblem[] {
  if (!top || !returns) return [...costs]
  const { select, scope } = top
  const fields = responseFields(returns, catalog)
  const wanted = fields && new Set(fields.map(({ name }) => name.toLowerCase()))
  return [
    ...costs,
    ...checkStars(select, scope, names, wanted),
    ...checkNulls(select, scope, names, columns, requiredPlaces(returns, fields)),
  ]
}

/** `$join_table(t)` names a table that no INSERT declares. */
function unknownJoinTables(request: QueryRequest): SqlProblem[] {
  const { names } = request
  return request.written.flatMap((token) => {
    if (token.kind !== 'joinTable' || names.broken.has(token.value)) return []
    const table = names.tables.get(token.value)
    if (table?.kind === 'joinTable') return []
    const what = table
      ? `"${token.value}" is an entity, not a join table.`
      : `No INSERT declares the join table "${token.value}".`
    const known = [...names.tables.values()]
      .filter(({ kind }) => kind === 'joinTable')
      .map(({ name }) => name)
    const hint = table
      ? `Write ${token.value} without $join_table.`
      : known.length > 0
        ? `Join tables are ${known.join(', ')}.`
        : 'Add a mutation with INSERT INTO $join_table(…).'
    return problemAt(token, 'OCG2057', what, hint)
  })
}

/** The engine's view of the columns, or its complaint; undefined when there is no engine, or no table to ask about. */
async function askEngine(
  request: QueryRequest,
  pieces: readonly Piece[],
): Promise<readonly CheckedColumn[] | SqlProblem | undefined> {
  const { checker, names } = request
  if (!checker || request.written.some((token) => names.broken.has(token.value.toLowerCase())))
    return undefined
  const { args, catalog, tables } = request
  const typed = sampleStatement(pieces, args, catalog, 'typed')
  const nulls = await checker.describe(tables, typed.sql)
  if (nulls.ok) return nulls.columns
  if (!pieces.some((piece) => piece.kind === 'arg')) return refusal(request, typed, nulls)
  // A function may need a real value to be understood, such as the unit of date_trunc.
  const sample = sampleStatement(pieces, args, catalog, 'sample')
  const samples = await checker.describe(tables, sample.sql)
  return samples.ok ? samples.columns : refusal(request, sample, samples)
}

function refusal(
  request: QueryRequest,
  { placeOf }: SampleStatement,
  { message, at }: { readonly message: string; readonly at?: Span },
): SqlProblem {
  return problemAt((at && placeOf(at)) ?? firstOf(request), 'OCG2060', message)
}

/** A reserved word is also an unknown name; one problem is enough. */
function withoutKnown(found: readonly SqlProblem[], known: readonly SqlProblem[]): SqlProblem[] {
  return found.filter((one) => !known.some(({ start, code }) => start === one.start && code !== 'OCG2011'))
}

function firstOf(request: QueryRequest): { readonly start: number; readonly end: number } {
  return request.written[0] ?? { start: 0, end: 1 }
}
