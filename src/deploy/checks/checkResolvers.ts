import { Kind, parse } from 'graphql'
import type { PlannedFunction } from '../plan/planFunctions.js'
import { checkSchema, schemaText } from './checkSchema.js'
import { type CheckInput, type Finding, find, ofType, type Placed, part } from './finding.js'
import { valueText } from './valueText.js'

/** Each field of the API has one resolver, each resolver a field, and behind it the function that was planned for it. */
export function checkResolvers(input: CheckInput): Finding[] {
  // What is no schema has no fields.
  const sdl = schemaText(input)
  if (sdl === undefined || checkSchema(input).length > 0) return []
  const fields = fieldsOf(sdl)
  const planned: Plans = new Map(input.functions.map((one) => [one.name, one]))
  const resolvers = ofType(input, 'AWS::AppSync::Resolver')
  const finding = (place: string, message: string): Finding => ({ check: 'resolvers', place, message })
  const byField = groupBy(resolvers, fieldOf)
  return [
    ...[...fields]
      .filter((field) => !byField.has(field))
      .map((field) => finding('Api', `The field ${field} has no resolver.`)),
    ...[...byField].flatMap(([field, found]) => [
      ...(fields.has(field)
        ? []
        : found.map(({ place }) => finding(place, `The API has no field ${field}.`))),
      ...found.slice(1).map(({ place }) => finding(place, `The field ${field} has another resolver.`)),
    ]),
    ...resolvers.flatMap((resolver) =>
      checkSource(resolver, input, planned).map((text) => finding(resolver.place, text)),
    ),
  ]
}

function checkSource({ resource, stack }: Placed, input: CheckInput, planned: Plans): string[] {
  const wanted = valueText(part(resource, 'DataSourceName'), stack, input)
  const source = find(input, 'AWS::AppSync::DataSource', stack, idIn(wanted, 'Name'))
  if (!source) return [`Its data source ${wanted} is not there.`]
  const target = valueText(part(source.resource, 'LambdaConfig', 'LambdaFunctionArn'), stack, input)
  const called = find(input, 'AWS::Lambda::Function', stack, idIn(target, 'Arn'))
  if (!called) return [`Its function ${target} is not there.`]
  const name = String(part(called.resource, 'FunctionName'))
  const operation = planned.get(name)?.operation
  const field = operation && `${operation.parent}.${operation.field}`
  return field === fieldOf({ resource }) ? [] : [`It calls the function of ${field ?? name}.`]
}

/** The logical id in `${Id.Name}`; empty when it is something else. */
function idIn(text: string, attribute: string): string {
  const [, id = '', given] = /^\$\{(\w+)\.(\w+)\}$/.exec(text) ?? []
  return given === attribute ? id : ''
}

type Plans = ReadonlyMap<string, PlannedFunction>

function fieldOf({ resource }: Pick<Placed, 'resource'>): string {
  return `${part(resource, 'TypeName')}.${part(resource, 'FieldName')}`
}

function fieldsOf(sdl: string): ReadonlySet<string> {
  return new Set(
    parse(sdl).definitions.flatMap((one) =>
      one.kind === Kind.OBJECT_TYPE_DEFINITION && ['Query', 'Mutation'].includes(one.name.value)
        ? (one.fields ?? []).map(({ name }) => `${one.name.value}.${name.value}`)
        : [],
    ),
  )
}

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}
