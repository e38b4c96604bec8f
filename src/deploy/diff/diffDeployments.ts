import { type ApiChanges, apiChanges } from './apiChanges.js'
import {
  type DataChanges,
  type DataModel,
  dataChanges,
  lakeColumnsOf,
  layoutOf,
  projectedYears,
  sdlOf,
} from './dataChanges.js'
import { type KindsOfFunctions, type PermissionChanges, permissionChanges } from './permissionChanges.js'
import { type ResourceChanges, resourceChanges } from './resourceChanges.js'
import type { DeploymentTemplates } from './template.js'

/** All that a deployment would change. */
export interface DeploymentDiff {
  /** False for a project that is not deployed yet. */
  readonly isDeployed: boolean
  /** True when the templates differ anywhere. */
  readonly hasChanges: boolean
  readonly api: ApiChanges
  readonly data: DataChanges
  readonly permissions: PermissionChanges
  readonly resources: ResourceChanges
}

/** What is deployed, or would be. */
export interface DeploymentState {
  readonly templates: DeploymentTemplates
  /** The API where no template holds it, as it is too large. */
  readonly sdl?: string
}

/** Compares what is deployed (undefined: nothing) with what would be. */
export function diffDeployments(
  before: DeploymentState | undefined,
  after: DeploymentState,
  kinds: KindsOfFunctions,
): DeploymentDiff {
  const resources = resourceChanges(before?.templates ?? {}, after.templates)
  const old = before && modelOf(before)
  const next = modelOf(after)
  return {
    isDeployed: before !== undefined,
    hasChanges: resources.changes.length > 0,
    api: apiChanges(old?.sdl, next?.sdl ?? ''),
    data: next ? dataChanges(old, next) : { risky: [], safe: [] },
    permissions: before
      ? permissionChanges(before.templates, after.templates, kinds)
      : { gained: [], lost: [] },
    resources,
  }
}

/** Undefined for a state whose API is not known. */
function modelOf({ templates, sdl = sdlOf(templates) }: DeploymentState): DataModel | undefined {
  if (sdl === undefined) return undefined
  const years = projectedYears(templates)
  const layout = layoutOf(templates)
  return { sdl, tables: lakeColumnsOf(templates), ...(years && { years }), ...(layout && { layout }) }
}
