import type { StatementCode } from '../../errors/statementCodes.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

/** Collects the problems of one statement. */
export class Report {
  readonly problems: SqlProblem[] = []

  at(span: Span, code: StatementCode, message: string, hint?: string): void {
    this.problems.push(problemAt(span, code, message, hint))
  }

  add(problem: SqlProblem | undefined): void {
    if (problem) this.problems.push(problem)
  }
}
