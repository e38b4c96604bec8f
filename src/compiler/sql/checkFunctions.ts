import { didYouMean } from '../../errors/suggest.js'
import { isSupportedFunction, supportedFunctions } from './functions.js'
import type { Token } from './lex.js'
import { isOperator, isWord } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { SyntaxTree } from './syntaxTree.js'
import { visitNames } from './treeNames.js'

/**
 * Checks every name that parentheses follow against the functions that statements may use. It works on tokens, so
 * that a function which the tree hides behind a node of its own is checked too.
 */
export function checkFunctions(tokens: readonly Token[], tree: SyntaxTree): SqlProblem[] {
  const aliases = aliasStarts(tree)
  const problems: SqlProblem[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'identifier' && token.kind !== 'quotedIdentifier') continue
    const name = token.value.toLowerCase()
    if (token.kind === 'identifier' && SESSION_VALUES.has(name)) {
      problems.push(
        problemAt(
          token,
          'OCG2054',
          `The function ${name} is not supported.`,
          'A statement knows nothing of the session that it runs in.',
        ),
      )
      continue
    }
    const previous = tokens[index - 1]
    if (!isOperator(tokens[index + 1], '(') || aliases.has(token.start)) continue
    if (token.kind === 'identifier' && (NO_FUNCTIONS.has(name) || TYPES.has(name))) continue
    // `AS x(a, b)` names columns; `CAST(x AS decimal(10, 2))` names a type.
    if (isWord(previous, 'AS')) continue
    if (token.kind === 'identifier' && name === 'table') {
      problems.push(
        problemAt(
          token,
          'OCG2055',
          'Table functions are not supported.',
          'FROM takes tables, subqueries and UNNEST.',
        ),
      )
    } else if (isOperator(previous, '.')) {
      problems.push(
        problemAt(
          tokens[index - 2] ?? token,
          'OCG2054',
          `The function ${token.value} has a name before it.`,
          'Functions have no schema: write the name alone.',
        ),
      )
    } else if (!isSupportedFunction(name)) {
      problems.push(
        problemAt(
          token,
          'OCG2054',
          `The function ${token.value} is not supported.`,
          didYouMean(name, supportedFunctions(), (one) => one),
        ),
      )
    }
  }
  return problems
}

/** Written without parentheses, and different on every engine. */
const SESSION_VALUES = new Set(
  'current_catalog current_path current_role current_schema current_time current_user localtime'.split(' '),
)

/** Words of the grammar that parentheses may follow. */
export const NO_FUNCTIONS = new Set(
  `all and any as asc between bernoulli both by case cross cube desc distinct else end escape except exists fetch filter first
  for from full group groups having in inner intersect interval is join lateral leading left like limit
  natural next not nulls offset on or order ordinality outer over partition range recursive right rollup rows select sets
  some system tablesample then trailing union unnest using values when where window with within zone`.split(
    /\s+/,
  ),
)

const TYPES = new Set('array char decimal map row time timestamp varchar'.split(' '))

/** Where the names of subqueries, tables and WITH queries stand: column names in parentheses may follow them. */
function aliasStarts(tree: SyntaxTree): ReadonlySet<number> {
  const starts = new Set<number>()
  visitNames(tree.statements, (name, key) => {
    if (key === 'alias' && name.span) starts.add(tree.locate(name.span).start)
  })
  return starts
}
