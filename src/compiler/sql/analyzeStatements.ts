import { type LakeTable, lakeTables } from '../../model/lakeSchema.js'
import type { Argument, JoinTable, Project, Statement, TypeRef } from '../../model/types.js'
import type { SqlChecker } from '../../ports/sqlChecker.js'
import { lex, type Token } from '../../trino/lex.js'
import { analyzeQuery, type QueryFindings } from './analyzeQuery.js'
import { classify } from './classify.js'
import { compileInsert } from './compileInsert.js'
import { JoinTables } from './joinTables.js'
import { nullableColumns } from './nullableColumns.js'
import { parseInsert } from './parseInsert.js'
import { unusedArguments } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { Catalog } from './resolution.js'
import { rewriteDelete } from './rewriteDelete.js'
import { typeText } from './typeText.js'

/** One field with `@sql_query`, as the schema declares it. */
export interface StatementInput {
  readonly parent: 'Query' | 'Mutation'
  readonly name: string
  readonly description?: string
  readonly args: readonly Argument[]
  readonly returns: TypeRef
  readonly mode: 'TASK' | 'SYNC'
  readonly sql: string
}

export interface StatementProblem {
  /** `Query.getTrending`. */
  readonly statement: string
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Default: error. */
  readonly severity?: 'error' | 'warning'
  /** Place within the statement's SQL, in UTF-16 units; the length is at least 1. */
  readonly offset: number
  readonly length: number
}

export interface AnalyzedStatements {
  /** Statements without mistakes, in the order of the inputs. */
  readonly statements: Statement[]
  /** Declared by the INSERTs, in their order. */
  readonly joinTables: JoinTable[]
  /** In the order of the inputs. */
  readonly problems: StatementProblem[]
}

export type StatementCatalog = Pick<Project, 'entities' | 'enums' | 'valueTypes' | 'responseTypes'>

/**
 * Compiles all statements of a schema, or finds every mistake in them. INSERTs come first, since they declare the
 * join tables that the others read. Without a checker only the types of expressions and results stay unchecked.
 * `large`: tables of which no statement should read every day, else it is warned of.
 */
export async function analyzeStatements(
  inputs: readonly StatementInput[],
  catalog: StatementCatalog,
  checker?: SqlChecker,
  large: readonly string[] = [],
): Promise<AnalyzedStatements> {
  const drafts = inputs.map((input) => startDraft(input))
  const joinTables = new JoinTables()
  for (const draft of drafts) if (draft.kind === 'insert') compileInsertDraft(draft, catalog, joinTables)

  const declared = joinTables.all()
  const tables = lakeTables({
    entities: catalog.entities,
    joinTables: declared,
    valueTypes: catalog.valueTypes,
  })
  const names: Catalog = {
    tables: new Map(tables.map((table) => [table.name, table])),
    broken: joinTables.broken(),
    large: new Set(large.map((table) => table.toLowerCase())),
    nullable: nullableColumns(catalog.entities, declared),
  }
  const waiting = [...drafts]
  const compileNext = async (): Promise<void> => {
    for (let draft = waiting.shift(); draft; draft = waiting.shift()) {
      if (draft.kind === 'select') await compileSelectDraft(draft, catalog, tables, names, checker)
      if (draft.kind === 'delete') await compileDeleteDraft(draft, catalog, tables, names, checker)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, compileNext))
  return {
    statements: drafts.flatMap(({ statement }) => statement ?? []),
    joinTables: declared,
    problems: drafts.flatMap((draft) => reported(draft)),
  }
}

/** Statements at the same time: while the engine looks at one, the next are read. */
const SIDE_BY_SIDE = 4

/** A statement on its way. */
interface Draft {
  readonly input: StatementInput
  readonly tokens: readonly Token[]
  readonly kind: 'select' | 'insert' | 'delete' | undefined
  readonly problems: SqlProblem[]
  statement: Statement | undefined
}

function startDraft(input: StatementInput): Draft {
  const lexed = lex(input.sql)
  const { kind, tokens, problems } = classify(lexed.tokens, input)
  const all = [...lexed.problems, ...problems]
  if (kind) all.push(...unusedArguments(tokens, input.args))
  return {
    input,
    tokens,
    kind: lexed.problems.length > 0 && kind !== 'insert' ? undefined : kind,
    problems: all,
    statement: undefined,
  }
}

function compileInsertDraft(draft: Draft, catalog: StatementCatalog, joinTables: JoinTables): void {
  const { input, tokens, problems } = draft
  const wanted = input.returns
  if (!(wanted.kind === 'scalar' && wanted.name === 'Boolean' && wanted.nonNull)) {
    problems.push(
      problemAt(
        tokens[0] as Token,
        'OCG2024',
        `The field of an INSERT is of the type Boolean!, not ${typeText(wanted)}.`,
        `Declare it as ${input.name}(…): Boolean!.`,
      ),
    )
  }
  const tree = parseInsert(tokens, input.sql.length)
  if ('code' in tree) {
    problems.push(tree)
    const table = tokens.find((token) => token.kind === 'joinTable')
    if (table) joinTables.markBroken(table.value)
    return
  }
  const compiled = compileInsert(tree, input.args, catalog)
  problems.push(...compiled.problems)
  if (compiled.columnsKnown) {
    const differs = joinTables.declare(compiled.table, `${input.parent}.${input.name}`, tree.table)
    if (differs) problems.push(differs)
  } else {
    joinTables.markBroken(tree.table.name)
  }
  if (hasErrors(draft)) return
  const first = joinTables.get(tree.table.name)
  // Values in the order of the table's columns, whichever order this INSERT has.
  const values = (first?.columns ?? []).flatMap(
    (column) => compiled.values.find((value) => value.column === column.name) ?? [],
  )
  draft.statement = { ...base(input), kind: 'insert', joinTable: tree.table.name, values }
}

async function compileSelectDraft(
  draft: Draft,
  catalog: StatementCatalog,
  tables: readonly LakeTable[],
  names: Catalog,
  checker: SqlChecker | undefined,
): Promise<void> {
  const { input } = draft
  const found = await analyze(draft, draft.tokens, catalog, tables, names, checker, input.returns)
  if (!found || hasErrors(draft)) return
  draft.statement = {
    ...base(input),
    kind: 'select',
    mode: input.mode,
    returns: input.returns,
    sql: found.sql,
    ...(found.textSql && { textSql: found.textSql }),
    columns: found.columns,
    tables: found.tables,
  }
}

async function compileDeleteDraft(
  draft: Draft,
  catalog: StatementCatalog,
  tables: readonly LakeTable[],
  names: Catalog,
  checker: SqlChecker | undefined,
): Promise<void> {
  const { input, tokens, problems } = draft
  const wanted = input.returns
  if (!(wanted.kind === 'scalar' && wanted.name === 'Boolean' && !wanted.nonNull)) {
    problems.push(
      problemAt(
        tokens[0] as Token,
        'OCG2024',
        `The field of a DELETE is of the type Boolean, not ${typeText(wanted)}.`,
        `Declare it as ${input.name}(…): Boolean.`,
      ),
    )
  }
  const rewritten = rewriteDelete(tokens, input.sql.length)
  if ('code' in rewritten) {
    problems.push(rewritten)
    return
  }
  const found = await analyze(draft, rewritten.tokens, catalog, tables, names, checker, undefined)
  if (!found || hasErrors(draft)) return
  draft.statement = {
    ...base(input),
    kind: 'delete',
    joinTable: rewritten.joinTable,
    sql: found.sql,
    tables: found.tables,
  }
}

async function analyze(
  draft: Draft,
  tokens: readonly Token[],
  catalog: StatementCatalog,
  tables: readonly LakeTable[],
  names: Catalog,
  checker: SqlChecker | undefined,
  returns: TypeRef | undefined,
): Promise<QueryFindings | undefined> {
  const { sql, args } = draft.input
  const request = { sql, tokens, written: draft.tokens, args, returns, catalog, tables, names, checker }
  try {
    const found = await analyzeQuery(request)
    draft.problems.push(...found.problems)
    return found
  } catch (error) {
    // The tree of a statement with thousands of operators is deeper than the stack.
    if (!(error instanceof RangeError)) throw error
    draft.problems.push(
      problemAt(
        tokens[0] as Token,
        'OCG2050',
        'The statement is nested too deeply to be checked.',
        'Split it with WITH, or use IN for long lists of OR.',
      ),
    )
    return undefined
  }
}

function base(input: StatementInput) {
  const { name, description, args } = input
  return description === undefined ? { name, args } : { name, description, args }
}

function hasErrors(draft: Draft): boolean {
  return draft.problems.some((problem) => problem.severity !== 'warning')
}

/** After one of these mistakes an argument may seem unused although it was meant. */
const HIDES_ARGUMENTS: ReadonlySet<string> = new Set(['OCG2001', 'OCG2002', 'OCG2004', 'OCG2005', 'OCG2010'])

/** A draft's problems in the order of their places, each once. */
function reported(draft: Draft): StatementProblem[] {
  const { parent, name } = draft.input
  const seen = new Set<string>()
  const unsure = draft.problems.some(({ code }) => HIDES_ARGUMENTS.has(code))
  const sorted = draft.problems
    .filter(({ code }) => code !== 'OCG2011' || !unsure)
    .sort((a, b) => a.start - b.start)
  return sorted.flatMap((problem) => {
    const { code, message, hint, severity, start, end } = problem
    const key = `${code} ${start} ${message}`
    if (seen.has(key)) return []
    seen.add(key)
    return {
      statement: `${parent}.${name}`,
      code,
      message,
      offset: start,
      length: Math.max(1, end - start),
      ...(hint !== undefined && { hint }),
      ...(severity !== undefined && { severity }),
    }
  })
}
