import type { Token } from '../../trino/lex.js'
import { isOperator, isWord } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'

/** Mistakes that can be said more plainly than by the place where the grammar ends. */
export function checkTokens(tokens: readonly Token[]): SqlProblem[] {
  const problems: SqlProblem[] = []
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1]
    if (!previous) continue
    if (isOperator(token, '?')) {
      problems.push(
        problemAt(
          token,
          'OCG2055',
          '"?" has no value in a statement.',
          'Arguments are written as $args.name.',
        ),
      )
    } else if (isOperator(token, '!')) {
      problems.push(
        problemAt(token, 'OCG2050', '"!" is no operator of Trino.', 'Write NOT, or <> for "not equal".'),
      )
    } else if (isOperator(token, '=') && isOperator(previous, '=')) {
      problems.push(problemAt(token, 'OCG2050', '"==" is no operator of Trino.', 'Write a single "=".'))
    } else if (isOperator(token, ':') && isOperator(previous, ':')) {
      problems.push(problemAt(token, 'OCG2050', '"::" is no operator of Trino.', 'Write CAST(x AS type).'))
    } else if (isOperator(token, '>') && isOperator(previous, '->')) {
      problems.push(
        problemAt(
          token,
          'OCG2050',
          '"->>" is no operator of Trino.',
          "Write json_extract_scalar(x, '$.name').",
        ),
      )
    } else if (
      isOperator(previous, ',') &&
      AFTER_LIST.some((word) => isWord(token, word)) &&
      !isNameLike(tokens, index)
    ) {
      problems.push(
        problemAt(
          previous,
          'OCG2050',
          `Behind this comma something is missing before ${token.text.toUpperCase()}.`,
          'Remove the comma.',
        ),
      )
    } else if (isQueryStart(token) && isOperator(previous, '(') && isPlainName(tokens[index - 2])) {
      problems.push(
        problemAt(
          token,
          'OCG2050',
          `A query cannot stand directly behind ${tokens[index - 2]?.text} and a parenthesis.`,
          'A WITH query needs AS before its parentheses; as an argument a query needs parentheses of its own.',
        ),
      )
    } else if (isValue(token) && isValue(previous)) {
      problems.push(problemAt(token, 'OCG2050', 'Two values follow each other.', 'Join texts with ||.'))
    } else if (isOperator(token, ')') && isOperator(previous, '(') && isWord(tokens[index - 2], 'IN')) {
      problems.push(
        problemAt(token, 'OCG2050', 'The list after IN is empty.', 'It needs at least one value.'),
      )
    } else if (isWord(token, 'FROM') && isOperator(previous, '(') && !isWord(tokens[index - 2], 'TRIM')) {
      problems.push(problemAt(token, 'OCG2050', 'A query begins with SELECT, not with FROM.'))
    }
  }
  return problems
}

function isValue(token: Token): boolean {
  return (
    token.kind === 'string' ||
    token.kind === 'number' ||
    token.kind === 'argument' ||
    token.kind === 'binaryString' ||
    token.kind === 'unicodeString'
  )
}

/** Words that begin a clause, so that no list can end with a comma before them. */
const AFTER_LIST = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'UNION', 'INTERSECT', 'EXCEPT']

/** `order` and `group` are meant as names where no BY follows. */
function isNameLike(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]
  return (isWord(token, 'ORDER') || isWord(token, 'GROUP')) && !isWord(tokens[index + 1], 'BY')
}

function isQueryStart(token: Token): boolean {
  return isWord(token, 'SELECT') || isWord(token, 'WITH') || isWord(token, 'VALUES')
}

/** Words that a query in parentheses may follow. */
const BEFORE_QUERY = new Set(
  'all and any as between by case cross distinct else end escape except exists for from full group having in inner intersect is join lateral leading left like limit not offset on or order outer over recursive right select some then trailing union using values when where with'.split(
    ' ',
  ),
)

function isPlainName(token: Token | undefined): boolean {
  return token?.kind === 'identifier' && !BEFORE_QUERY.has(token.value.toLowerCase())
}
