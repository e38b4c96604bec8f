import { operationFunctionName, projectFunctionName } from '../../deploy/plan/names.js'
import { didYouMean } from '../../errors/suggest.js'
import { BATCHES_FUNCTIONS, PROJECT_FUNCTIONS } from '../../model/functions.js'
import type { Project } from '../../model/types.js'
import { CliError } from '../cliError.js'

/** A function's log. */
export interface LogGroup {
  readonly group: string
  /** What it is called in a line: the field, or the kind of a project's own function. */
  readonly source: string
}

/** Logs of the functions of a field of the API, of a kind, or of all. Throws `CliError` for anything else. */
export function logGroups(project: Project, wanted: string | undefined): LogGroup[] {
  const all = [
    ...project.operations.map((operation) => ({
      name: operationFunctionName(project.name, operation),
      source: operation.field,
      kind: operation.kind as string,
    })),
    ...[...PROJECT_FUNCTIONS, ...BATCHES_FUNCTIONS].map((kind) => ({
      name: projectFunctionName(project.name, kind),
      source: kind,
      kind,
    })),
  ]
  const chosen = all.filter(
    ({ kind, source }) => wanted === undefined || wanted === kind || wanted === source,
  )
  if (chosen.length === 0 && wanted !== undefined) {
    const names = [...new Set(all.flatMap(({ kind, source }) => [source, kind]))]
    throw new CliError('input', `There is no function for '${wanted}'.`, {
      hint: `${didYouMean(wanted, names, (one) => one) ?? ''} Name a field of the API, or a kind: ${[...new Set(all.map(({ kind }) => kind))].join(', ')}.`.trim(),
    })
  }
  return chosen.map(({ name, source }) => ({ group: `/aws/lambda/${name}`, source }))
}
