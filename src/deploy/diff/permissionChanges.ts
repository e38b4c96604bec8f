import type { FunctionKind } from '../../model/functions.js'
import type { Json, JsonObject } from '../../model/json.js'
import {
  type DeploymentTemplates,
  resourcesOf,
  resourcesOfType,
  type Template,
  valueText,
} from './template.js'

/** What functions may do from now on, or no longer; each entry is a sentence. */
export interface PermissionChanges {
  readonly gained: readonly string[]
  readonly lost: readonly string[]
}

/** Kind of a function by its name, as the plan of the new deployment has it. */
export type KindsOfFunctions = ReadonlyMap<string, FunctionKind>

interface Statement {
  readonly Effect?: string
  readonly Action?: Json
  readonly Resource?: Json
}

/** Compares what the functions of two deployments may do, told by kind of function: functions of a kind are alike. */
export function permissionChanges(
  before: DeploymentTemplates,
  after: DeploymentTemplates,
  kinds: KindsOfFunctions,
): PermissionChanges {
  const old = grantsByKind(before, kinds)
  const next = grantsByKind(after, kinds)
  const sentences = (a: typeof old, b: typeof old, verb: string): string[] =>
    [...a].flatMap(([kind, grants]) =>
      [...grants]
        .filter((grant) => !b.get(kind)?.has(grant))
        .sort()
        .map((grant) => `${kind} functions ${verb} ${grant}.`),
    )
  return { gained: sentences(next, old, 'may now call'), lost: sentences(old, next, 'may no longer call') }
}

/** `dynamodb:GetItem on Table.Arn` by kind. A function that the plan does not know is told by its own name. */
function grantsByKind(templates: DeploymentTemplates, kinds: KindsOfFunctions): Map<string, Set<string>> {
  const roles = rolesOf(templates)
  const found = new Map<string, Set<string>>()
  for (const [stack, template] of Object.entries(templates)) {
    for (const resource of Object.values(template.Resources ?? {})) {
      if (resource.Type !== 'AWS::Lambda::Function') continue
      const name = valueText(resource.Properties?.FunctionName)
      const kind = kinds.get(name)
      // What is gone may do nothing any more; that its function goes is told elsewhere.
      if (kind === undefined) continue
      const grants = found.get(kind) ?? new Set<string>()
      const role = roleOf(resource.Properties?.Role, stack, template, roles)
      for (const grant of role ?? []) grants.add(grant)
      found.set(kind, grants)
    }
  }
  return found
}

/** Grants of each role by its place and by its name. */
function rolesOf(templates: DeploymentTemplates): Map<string, readonly string[]> {
  const roles = new Map<string, readonly string[]>()
  for (const { place, resource } of resourcesOfType(templates, 'AWS::IAM::Role')) {
    const policies = (resource.Properties?.Policies ?? []) as readonly JsonObject[]
    const grants = [
      ...policies.flatMap((policy) => grantsOf(policy.PolicyDocument)),
      ...attachedGrants(templates, place),
      ...((resource.Properties?.ManagedPolicyArns ?? []) as readonly Json[]).map(
        (arn) => `what ${valueText(arn)} allows`,
      ),
    ]
    roles.set(place, grants)
    const name = valueText(resource.Properties?.RoleName)
    if (name !== '') roles.set(name, grants)
  }
  return roles
}

function attachedGrants(templates: DeploymentTemplates, rolePlace: string): string[] {
  return resourcesOf(templates)
    .filter(
      ({ resource }) => resource.Type === 'AWS::IAM::Policy' || resource.Type === 'AWS::IAM::RolePolicy',
    )
    .filter(({ place, resource }) => {
      const stack = place.slice(0, place.indexOf('/'))
      const roles = [resource.Properties?.Roles ?? [], resource.Properties?.RoleName ?? []].flat() as Json[]
      return roles.some((role) => `${stack}/${valueText(role)}` === rolePlace)
    })
    .flatMap(({ resource }) => grantsOf(resource.Properties?.PolicyDocument))
}

function grantsOf(document: Json | undefined): string[] {
  const statements = [(document as JsonObject | undefined)?.Statement ?? []].flat() as readonly Statement[]
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow')
  return allowed.flatMap(({ Action, Resource }) => {
    const actions = [Action ?? []].flat() as readonly string[]
    const resources = ([Resource ?? []].flat() as readonly Json[]).map(valueText)
    return actions.map((action) => `${action} on ${resources.join(', ')}`)
  })
}

/** A role is named by `GetAtt` in its own stack, or by an ARN (or a parameter) that ends with its name. */
function roleOf(
  role: Json | undefined,
  stack: string,
  template: Template,
  roles: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const text = valueText(role)
  const id = text.replace(/\.Arn$/, '')
  if (template.Resources && Object.hasOwn(template.Resources, id)) return roles.get(`${stack}/${id}`)
  const byName = roles.get(text.slice(text.lastIndexOf('/') + 1))
  if (byName) return byName
  // A parameter of a nested stack is named after what it carries: `referenceToRole1A2B…Arn`.
  for (const [place, grants] of roles) {
    const roleId = place.slice(place.indexOf('/') + 1)
    if (place.startsWith('/') && text.includes(roleId)) return grants
  }
  return undefined
}
