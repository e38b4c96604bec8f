import type { Query } from '../../trino/ast.js'
import type { Token } from '../../trino/lex.js'
import { isOperator, isWord } from './pieces.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

export interface RewrittenDelete {
  readonly joinTable: string
  readonly joinTableAt: Span
  /** Tokens of the SELECT; those that were not written stand where they come from. */
  readonly tokens: readonly Token[]
}

/**
 * Turns `DELETE a FROM $join_table(t) a JOIN … WHERE …` into the SELECT of the distinct rows to remove, over the same
 * FROM and WHERE. The alias may be left out in both places.
 */
export function rewriteDelete(tokens: readonly Token[], textEnd: number): RewrittenDelete | SqlProblem {
  const start = tokens[0] as Token
  let at = 1
  let target: Token | undefined
  if (isName(tokens[at]) && !isWord(tokens[at], 'FROM')) {
    target = tokens[at]
    at += 1
  }
  if (!isWord(tokens[at], 'FROM')) {
    return unexpected(tokens[at], textEnd, 'FROM')
  }
  const from = tokens[at] as Token
  const table = tokens[at + 1]
  if (table?.kind !== 'joinTable') {
    if (!isName(table)) return unexpected(table, textEnd, '$join_table(name)')
    return problemAt(
      table,
      'OCG2041',
      `"${table.value}" is written without $join_table.`,
      `Statements delete from join tables only: write $join_table(${table.value}). Entities have their own delete mutation.`,
    )
  }
  at += 2
  const explicit = isWord(tokens[at], 'AS')
  if (explicit) at += 1
  let alias: Token | undefined
  if (isName(tokens[at]) && (explicit || !FOLLOWS.has((tokens[at] as Token).value.toUpperCase()))) {
    alias = tokens[at]
    at += 1
  } else if (explicit) {
    return unexpected(tokens[at], textEnd, 'an alias')
  }
  const name = alias?.value ?? table.value
  if (target && target.value.toLowerCase() !== name.toLowerCase()) {
    return problemAt(
      target,
      'OCG2042',
      `"${target.value}" is not the join table after FROM, which is called ${name} here.`,
      `Write DELETE ${name} FROM … .`,
    )
  }
  const rest = tokens.slice(at)
  const follow = rest[0]
  if (follow && !isOperator(follow, ',') && !FOLLOWS.has(follow.value.toUpperCase())) {
    return unexpected(follow, textEnd, 'a JOIN or WHERE')
  }
  if (!hasWhere(rest)) {
    return problemAt(
      table,
      'OCG2043',
      `This DELETE has no WHERE: it would remove all of ${table.value}.`,
      'Add a condition, or WHERE true if everything is to go.',
    )
  }
  const owner = alias ? alias.text : `"${table.value}"`
  const select = `SELECT DISTINCT ${owner}.s3Key, ${owner}.relationId`
  const written = [synthetic(select, start, target ?? start), from, table]
  return {
    joinTable: table.value,
    joinTableAt: table,
    tokens: [...written, ...(alias ? [alias] : []), ...rest],
  }
}

/** Clauses of a SELECT that no DELETE has, found in the tree of the rewritten statement. */
export function checkDeleteTree(query: Query, tokens: readonly Token[], whole: Span): SqlProblem[] {
  const { body, orderBy, offset, limit } = query
  if (body.kind === 'setOperation') return [refused(body.operator, whole)]
  if (body.kind !== 'select') return [refused('query in parentheses', whole)]
  // LIMIT ALL leaves nothing in the tree but its length.
  const isLimited = limit !== undefined || (orderBy.length === 0 && !offset && query.end > body.end)
  const fetch = limit && tokens.some((token) => token.start === limit.start && isWord(token, 'FETCH'))
  const clauses = [
    [body.groupBy !== undefined, 'GROUP BY'],
    [body.having !== undefined, 'HAVING'],
    [body.windows.length > 0, 'WINDOW'],
    [orderBy.length > 0, 'ORDER BY'],
    [offset !== undefined, 'OFFSET'],
    [isLimited, fetch ? 'FETCH' : 'LIMIT'],
  ] as const
  return clauses.flatMap(([found, clause]) => (found ? refused(clause, whole) : []))
}

function refused(clause: string, span: Span): SqlProblem {
  return problemAt(
    span,
    'OCG2044',
    `A DELETE has no ${clause}.`,
    'Put the condition into WHERE, with a subquery if needed.',
  )
}

/** Words that end the table's name; anything else there is its alias. */
const FOLLOWS = new Set(
  'WHERE JOIN INNER LEFT RIGHT FULL CROSS NATURAL GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW UNION INTERSECT EXCEPT TABLESAMPLE'.split(
    ' ',
  ),
)

function hasWhere(tokens: readonly Token[]): boolean {
  let depth = 0
  for (const token of tokens) {
    if (isOperator(token, '(')) depth += 1
    else if (isOperator(token, ')')) depth -= 1
    else if (depth === 0 && isWord(token, 'WHERE')) return true
  }
  return false
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'identifier' || token?.kind === 'quotedIdentifier'
}

function synthetic(text: string, first: Token, last: Token): Token {
  return { kind: 'rewritten', text, start: first.start, end: last.end, value: text, placeholders: [] }
}

function unexpected(token: Token | undefined, textEnd: number, expected: string): SqlProblem {
  return problemAt(
    token ?? { start: Math.max(0, textEnd - 1), end: textEnd },
    'OCG2040',
    `Expected ${expected}, but ${token ? `found ${token.text}` : 'the statement ends'}.`,
    'The form is DELETE a FROM $join_table(t) a JOIN … WHERE … .',
  )
}
