import type { StatementCode } from '../../errors/statementCodes.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'
import { isReserved } from './reservedWords.js'
import { nameOf, type SyntaxTree, type TreeName } from './syntaxTree.js'

/** Every unquoted name of the tree that Trino reserves. */
export function reservedNames(tree: SyntaxTree): SqlProblem[] {
  const problems: SqlProblem[] = []
  visitNames(tree.statements, (name) => {
    // Names without a place are the parser's own.
    if (name.quoted || !name.span || !isReserved(name.name)) return
    problems.push(
      problemAt(
        tree.locate(name.span),
        'OCG2056',
        `"${name.name}" is a reserved word of Trino.`,
        `As a name it needs double quotes: "${name.name}".`,
      ),
    )
  })
  return problems
}

/** Every name in the tree. */
export function visitNames(node: unknown, visit: (name: TreeName, key: string) => void, key = ''): void {
  if (typeof node !== 'object' || node === null) return
  const name = nameOf(node)
  if (name) visit(name, key)
  if (Array.isArray(node)) for (const part of node) visitNames(part, visit, key)
  else for (const [inner, part] of Object.entries(node)) visitNames(part, visit, inner)
}

/** Collects problems whose places are in a tree. */
export class TreeReporter {
  readonly problems: SqlProblem[] = []

  constructor(private readonly tree: SyntaxTree) {}

  at(span: Span | undefined, code: StatementCode, message: string, hint?: string): void {
    this.problems.push(problemAt(this.tree.locate(span), code, message, hint))
  }

  /** At the first name within a node, since only names have places. */
  within(node: unknown, message: string, code: StatementCode = 'OCG2055', hint?: string): void {
    this.at(firstSpan(node), code, message, hint)
  }
}

function firstSpan(node: unknown): Span | undefined {
  let first: Span | undefined
  visitNames(node, (name) => {
    if (name.span && (!first || name.span.start < first.start)) first = name.span
  })
  return first
}

/** A name of polyglot's in a sentence. */
export function words(name: string): string {
  return name.replaceAll('_', ' ').trim()
}
