import type { Json } from '../../model/json.js'
import { type DeploymentTemplates, displayName, type PlacedResource, resourcesOf } from './template.js'

export interface ResourceChange {
  readonly kind: 'added' | 'changed' | 'removed'
  /** CloudFormation's type. */
  readonly type: string
  readonly name: string
  /** Names of the properties that differ. */
  readonly properties: readonly string[]
}

export interface ResourceChanges {
  readonly changes: readonly ResourceChange[]
  /** How many of each type and kind. */
  readonly counts: readonly {
    readonly type: string
    readonly added: number
    readonly changed: number
    readonly removed: number
  }[]
  /** Sentences: what would replace or drop a resource that holds data. `deploy` refuses them. */
  readonly dataLoss: readonly string[]
  /** Sentences: what clients have to be told, such as another address of the API. */
  readonly disruptions: readonly string[]
}

/**
 * Properties that CloudFormation can't change without making another resource. Source: "Update requires" in the
 * reference of each resource type.
 */
const DATA_RESOURCES: Readonly<
  Record<string, { readonly called: string; readonly fixed: readonly string[] }>
> = {
  'AWS::DynamoDB::Table': { called: 'table', fixed: ['TableName', 'KeySchema'] },
  'AWS::S3::Bucket': { called: 'bucket', fixed: ['BucketName'] },
}

/** Compares two deployments. Nested stacks count by what is in them, not as resources of their own. */
export function resourceChanges(before: DeploymentTemplates, after: DeploymentTemplates): ResourceChanges {
  const old = new Map(resourcesOf(before).map((one) => [one.place, one]))
  const next = new Map(resourcesOf(after).map((one) => [one.place, one]))
  const changes: ResourceChange[] = []
  const dataLoss: string[] = []
  const disruptions: string[] = []
  for (const [place, one] of next) {
    const former = old.get(place)
    if (!former) changes.push(change('added', one, []))
    else {
      const properties = differing(former, one)
      if (properties.length > 0) changes.push(change('changed', one, properties))
      const reason = replacement(former, one, properties)
      if (reason) dataLoss.push(reason)
    }
  }
  for (const [place, one] of old) {
    if (next.has(place)) continue
    changes.push(change('removed', one, []))
    const data = DATA_RESOURCES[one.resource.Type]
    if (data) dataLoss.push(`The ${data.called} ${displayName(one)} would be dropped.`)
    if (one.resource.Type === 'AWS::AppSync::GraphQLApi') disruptions.push("The API's address changes.")
    if (one.resource.Type === 'AWS::AppSync::ApiKey') disruptions.push('The API key changes.')
  }
  const told = changes.filter(({ type }) => type !== 'AWS::CloudFormation::Stack')
  return { changes: told, counts: countsOf(told), dataLoss, disruptions }
}

function change(
  kind: ResourceChange['kind'],
  one: PlacedResource,
  properties: readonly string[],
): ResourceChange {
  return { kind, type: one.resource.Type, name: displayName(one), properties }
}

function differing({ resource: before }: PlacedResource, { resource: after }: PlacedResource): string[] {
  const names = new Set([...Object.keys(before.Properties ?? {}), ...Object.keys(after.Properties ?? {})])
  const different = [...names].filter((name) => !isSame(before.Properties?.[name], after.Properties?.[name]))
  if (before.Type !== after.Type) different.push('Type')
  if (before.DeletionPolicy !== after.DeletionPolicy) different.push('DeletionPolicy')
  return different.sort()
}

function replacement(
  before: PlacedResource,
  after: PlacedResource,
  properties: readonly string[],
): string | undefined {
  const data = DATA_RESOURCES[before.resource.Type]
  if (!data) return undefined
  if (before.resource.Type !== after.resource.Type)
    return `The ${data.called} ${displayName(before)} would be dropped.`
  const fixed = properties.filter((name) => data.fixed.includes(name))
  if (fixed.length > 0) {
    return `The ${data.called} ${displayName(before)} would be replaced by an empty one: ${fixed.join(' and ')} can't be changed.`
  }
  const keeps = (one: PlacedResource) => one.resource.DeletionPolicy?.startsWith('Retain') === true
  if (keeps(before) && !keeps(after)) {
    return `The ${data.called} ${displayName(before)} would no longer be kept when the stack goes.`
  }
  return undefined
}

/** Equal as JSON, whatever the order of names. Templates come back from CloudFormation with `?` for what is not ASCII. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: Json | undefined): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1)))
      : one,
  )
  return text.replace(/[^\p{ASCII}]/gu, '?')
}

function countsOf(changes: readonly ResourceChange[]): ResourceChanges['counts'] {
  const counts = new Map<string, { type: string; added: number; changed: number; removed: number }>()
  for (const { type, kind } of changes) {
    const count = counts.get(type) ?? { type, added: 0, changed: 0, removed: 0 }
    count[kind] += 1
    counts.set(type, count)
  }
  return [...counts.values()].sort((a, b) => (a.type < b.type ? -1 : 1))
}
