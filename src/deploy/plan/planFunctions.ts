import {
  type FunctionKind,
  type FunctionSettings,
  type FunctionSlice,
  projectFunctionsOf,
} from '../../model/functions.js'
import { sliceModel, wholeSlice } from '../../model/sliceModel.js'
import type { Operation, Project } from '../../model/types.js'
import { operationFunctionName, projectFunctionName } from './names.js'
import { type Permission, permissionsOf } from './permissions.js'

/** One function of a deployment. The stack makes it, and the tests run it, from this alone. */
export interface PlannedFunction {
  readonly name: string
  /** Names the bundle too: `dist/lambda/{kind}.cjs`. */
  readonly kind: FunctionKind
  /** Absent for the project's own functions. */
  readonly operation?: Operation
  readonly slice: FunctionSlice
  readonly permissions: readonly Permission[]
}

/** Every function of a project, in the model's order, the project's own at the end. */
export function planFunctions(project: Project, settings: FunctionSettings): PlannedFunction[] {
  const { layout } = settings
  return [
    ...project.operations.map((operation): PlannedFunction => {
      const statement =
        'statement' in operation
          ? project.statements.find(({ name }) => name === operation.statement)
          : undefined
      return {
        name: operationFunctionName(project.name, operation),
        kind: operation.kind,
        operation,
        slice: {
          model: sliceModel(project, operation, { withTables: layout === 'batches' }),
          operation,
          settings,
        },
        permissions: permissionsOf(operation.kind, layout, statement),
      }
    }),
    ...projectFunctionsOf(layout).map((kind): PlannedFunction => {
      return {
        name: projectFunctionName(project.name, kind),
        kind,
        slice: { model: wholeSlice(project), settings },
        permissions: permissionsOf(kind, layout),
      }
    }),
  ]
}
