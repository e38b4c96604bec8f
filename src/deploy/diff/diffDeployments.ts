import { type ApiChanges, apiChanges } from './apiChanges.js'
import { type DataChanges, dataChanges, lakeColumnsOf, sdlOf } from './dataChanges.js'
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

/** Compares what is deployed (undefined: nothing) with what would be. */
export function diffDeployments(
  before: DeploymentTemplates | undefined,
  after: DeploymentTemplates,
  kinds: KindsOfFunctions,
): DeploymentDiff {
  const resources = resourceChanges(before ?? {}, after)
  const oldSdl = before && sdlOf(before)
  const sdl = sdlOf(after) ?? ''
  return {
    isDeployed: before !== undefined,
    hasChanges: resources.changes.length > 0,
    api: apiChanges(oldSdl, sdl),
    data: dataChanges(
      before && oldSdl !== undefined ? { sdl: oldSdl, tables: lakeColumnsOf(before) } : undefined,
      { sdl, tables: lakeColumnsOf(after) },
    ),
    permissions: before ? permissionChanges(before, after, kinds) : { gained: [], lost: [] },
    resources,
  }
}
