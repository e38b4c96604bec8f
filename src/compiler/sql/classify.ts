import type { Token } from '../../trino/lex.js'
import { isOperator } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'

export interface Classified {
  readonly kind: 'select' | 'insert' | 'delete' | undefined
  /** Without a semicolon at the end. */
  readonly tokens: readonly Token[]
  readonly problems: readonly SqlProblem[]
}

interface Place {
  readonly parent: 'Query' | 'Mutation'
  readonly mode: 'TASK' | 'SYNC'
  readonly sql: string
}

/** Longest statement before its arguments are bound. Source: service quotas of Amazon Athena, "query string length". */
const MAX_BYTES = 262_144

/** Says what a statement is by its first word, and whether that may stand where it does. */
export function classify(all: readonly Token[], place: Place): Classified {
  const problems: SqlProblem[] = []
  const tokens = withoutEnd(all)
  const first = tokens[0]
  if (!first) {
    const nothing = { start: 0, end: Math.max(1, place.sql.length) }
    return { kind: undefined, tokens, problems: [problemAt(nothing, 'OCG2020', 'The statement is empty.')] }
  }
  if (new TextEncoder().encode(place.sql).length > MAX_BYTES) {
    return {
      kind: undefined,
      tokens,
      problems: [problemAt(first, 'OCG2026', `The statement is longer than ${MAX_BYTES} bytes.`)],
    }
  }
  const next = tokens.findIndex((token) => isOperator(token, ';'))
  if (next >= 0) {
    const second = tokens[next + 1] ?? (tokens[next] as Token)
    const problem = problemAt(
      second,
      'OCG2021',
      'A second statement begins here.',
      'A field has one statement. Give the other one a field of its own.',
    )
    return { kind: undefined, tokens, problems: [problem] }
  }
  const word = tokens.find((token) => !isOperator(token, '('))?.value.toUpperCase() ?? ''
  const kind = KINDS[word]
  if (!kind) {
    const problem = problemAt(
      first,
      'OCG2022',
      `A statement cannot begin with ${first.text.slice(0, 40)}.`,
      'Statements are SELECT, INSERT INTO $join_table(…) and DELETE … FROM $join_table(…).',
    )
    return { kind: undefined, tokens, problems: [problem] }
  }
  if (place.parent === 'Query' && kind !== 'select') {
    problems.push(
      problemAt(
        first,
        'OCG2023',
        `A field of Query holds a SELECT, but this is ${article(kind)}.`,
        'Move the field to Mutation.',
      ),
    )
  }
  if (place.parent === 'Mutation' && kind === 'select') {
    problems.push(
      problemAt(
        first,
        'OCG2023',
        'A field of Mutation holds an INSERT or a DELETE, but this is a SELECT.',
        'Move the field to Query.',
      ),
    )
  }
  if (place.parent === 'Mutation' && place.mode === 'SYNC') {
    problems.push(
      problemAt(
        first,
        'OCG2025',
        'The mode SYNC is for fields of Query.',
        'Remove the mode: an INSERT always answers directly, a DELETE is always a task.',
      ),
    )
  }
  return { kind, tokens, problems }
}

const KINDS: Readonly<Record<string, Classified['kind']>> = {
  SELECT: 'select',
  WITH: 'select',
  VALUES: 'select',
  INSERT: 'insert',
  DELETE: 'delete',
}

function article(kind: 'insert' | 'delete' | 'select'): string {
  return kind === 'insert' ? 'an INSERT' : `a ${kind.toUpperCase()}`
}

function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  let end = tokens.length
  while (end > 0 && isOperator(tokens[end - 1], ';')) end -= 1
  return tokens.slice(0, end)
}
