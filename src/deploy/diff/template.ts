import type { Json, JsonObject } from '../../model/json.js'

/** A resource of a CloudFormation template, as far as a comparison reads it. */
export interface TemplateResource {
  readonly Type: string
  readonly Properties?: JsonObject
  readonly DeletionPolicy?: string
}

/** A CloudFormation template, as far as a comparison reads it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>
}

/** The templates of a deployment: the root's under `''`, a nested stack's under the logical id of its resource. */
export type DeploymentTemplates = Readonly<Record<string, Template>>

/** One resource with where it is defined. */
export interface PlacedResource {
  /** Unique within a deployment: `{stack}/{logicalId}`. */
  readonly place: string
  readonly resource: TemplateResource
}

/** Every resource of a deployment, in the order of its templates. */
export function resourcesOf(templates: DeploymentTemplates): PlacedResource[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources ?? {}).map(([id, resource]) => ({ place: `${stack}/${id}`, resource })),
  )
}

export function resourcesOfType(templates: DeploymentTemplates, type: string): PlacedResource[] {
  return resourcesOf(templates).filter(({ resource }) => resource.Type === type)
}

/** A value of a template as short text: `Fn::GetAtt` becomes `Table.Arn`, `Ref` its name, `Fn::Sub` its pattern. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  const object = value as JsonObject
  const sub = object['Fn::Sub']
  const join = object['Fn::Join']
  const attribute = object['Fn::GetAtt']
  if (typeof object.Ref === 'string') return refText(object.Ref)
  if (attribute !== undefined) return Array.isArray(attribute) ? attribute.join('.') : String(attribute)
  if (sub !== undefined) return String(Array.isArray(sub) ? sub[0] : sub).replace(/\$\{AWS::/g, '$${')
  if (Array.isArray(join)) return (join[1] as readonly Json[]).map(valueText).join(String(join[0]))
  return JSON.stringify(value)
}

/** A pseudo parameter is written as `Fn::Sub` writes it. */
function refText(name: string): string {
  return name.startsWith('AWS::') ? `\${${name.slice('AWS::'.length)}}` : name
}

/**
 * The name that a resource has in the account, where its template gives one as text: what people know it by.
 * Otherwise its logical id.
 */
export function displayName({ place, resource }: PlacedResource): string {
  const names = [
    'TableName',
    'BucketName',
    'FunctionName',
    'QueueName',
    'RoleName',
    'Name',
    'AlarmName',
    'LogGroupName',
    'FieldName',
  ]
  for (const name of names) {
    const value = valueText(resource.Properties?.[name])
    if (value !== '') return value
  }
  return place.slice(place.indexOf('/') + 1)
}
