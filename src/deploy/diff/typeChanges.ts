import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** What the columns of the lake don't show: fields that become required, texts of another kind, values that an enum loses. */
export function typeChanges(before: GraphQLSchema, after: GraphQLSchema): string[] {
  const found: string[] = []
  for (const [name, type] of Object.entries(after.getTypeMap())) {
    const former = before.getType(name)
    if (isEnumType(type) && isEnumType(former)) {
      for (const value of lostValues(former, type)) {
        found.push(`${name} loses the value ${value}. No stored row may have it.`)
      }
    }
    if (!isObjectType(type) || !isObjectType(former) || !isStored(after, name)) continue
    const formerFields = former.getFields()
    for (const field of Object.values(type.getFields())) {
      const old = formerFields[field.name]
      if (isNonNullType(field.type) && !(old && isNonNullType(old.type))) {
        const verb = old ? 'becomes required' : 'is new and required'
        found.push(`${name}.${field.name} ${verb}. Every stored row must have a value.`)
      }
      if (!old) continue
      const [from, to] = [getNamedType(old.type), getNamedType(field.type)]
      if (isNarrower(from, to)) {
        found.push(
          `${name}.${field.name} changes its type from ${from.name} to ${to.name}. Stored values must fit.`,
        )
      }
    }
  }
  return found
}

/** Entities and value types are stored; results, pages and task answers are not. */
function isStored(schema: GraphQLSchema, name: string): boolean {
  return schema.getType(`Create${name}Input`) !== undefined || schema.getType(`${name}Input`) !== undefined
}

/** Kinds of text that are texts in the lake too. */
const TEXTS = new Set([
  'ID',
  'String',
  'AWSTime',
  'AWSEmail',
  'AWSJSON',
  'AWSURL',
  'AWSPhone',
  'AWSIPAddress',
])

/** Of two kinds of text: not every value of the former is one of the latter. */
function isNarrower(from: GraphQLNamedType, to: GraphQLNamedType): boolean {
  if (from.name === to.name || !isText(from) || !isText(to)) return false
  if (to.name === 'ID' || to.name === 'String') return false
  return !(isEnumType(from) && isEnumType(to)) || lostValues(from, to).length > 0
}

function isText(type: GraphQLNamedType): boolean {
  return isEnumType(type) || TEXTS.has(type.name)
}

function lostValues(
  from: GraphQLNamedType & { getValues?: unknown },
  to: GraphQLNamedType & { getValues?: unknown },
): string[] {
  if (!isEnumType(from) || !isEnumType(to)) return []
  const values = new Set(to.getValues().map(({ name }) => name))
  return from
    .getValues()
    .map(({ name }) => name)
    .filter((name) => !values.has(name))
}
