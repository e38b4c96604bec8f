import type { Template, TemplateResource } from '../../../src/deploy/template.js'

/** The types of our stack that moto's CloudFormation makes. */
export const MADE_BY_MOTO = [
  'AWS::CloudFormation::Stack',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
] as const

/** The types that moto lacks: it would pass over them without a word. */
export const NOT_MADE_BY_MOTO = [
  'AWS::AppSync::ApiKey',
  'AWS::AppSync::DataSource',
  'AWS::AppSync::GraphQLApi',
  'AWS::AppSync::GraphQLSchema',
  'AWS::AppSync::Resolver',
  'AWS::Athena::WorkGroup',
  'AWS::CloudWatch::Dashboard',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::IAM::RolePolicy',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
] as const

/** A template less what moto lacks. What the rest takes from that stands as a text: `Api.ApiId`. */
export function motoTemplate(template: Template): Template {
  const made = (resource: TemplateResource) => (MADE_BY_MOTO as readonly string[]).includes(resource.Type)
  const dropped = new Set(
    Object.keys(template.Resources).filter((id) => !made(template.Resources[id] as TemplateResource)),
  )
  const kept = Object.entries(template.Resources).filter(([id]) => !dropped.has(id))
  return withoutReferences({ ...template, Resources: Object.fromEntries(kept) }, dropped) as Template
}

function withoutReferences(value: unknown, dropped: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutReferences(one, dropped))
  if (typeof value !== 'object' || value === null) return value
  const { Ref: reference, 'Fn::GetAtt': attribute } = value as {
    Ref?: string
    'Fn::GetAtt'?: [string, string]
  }
  if (reference !== undefined && dropped.has(reference)) return reference
  if (attribute !== undefined && dropped.has(attribute[0])) return attribute.join('.')
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      if (key !== 'DependsOn') return [[key, withoutReferences(part, dropped)]]
      const left = [part].flat().filter((id) => !dropped.has(String(id)))
      return left.length === 0 ? [] : [[key, left]]
    }),
  )
}
