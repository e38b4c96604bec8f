import type { FieldDefinitionNode } from 'graphql'
import { didYouMean } from '../../errors/suggest.js'
import { SCALARS } from '../../model/types.js'
import { isScalarName } from '../isScalarName.js'
import type { Report } from '../report.js'
import type { Schema, SchemaType } from '../schema.js'
import { listDepth, namedType } from '../typeRef.js'
import { instead } from './noCustomScalars.js'
import type { Rule } from './rule.js'

/**
 * Fields of entities and value types are scalars, enums, value types and lists of them; fields of response types may
 * be other response types too.
 */
export const fieldTypes: Rule = (schema, report) => {
  for (const type of schema.all) {
    if (!['entity', 'value', 'response', 'unknown'].includes(type.role)) continue
    for (const field of type.fields) checkField(type, field, schema, report)
  }
}

function checkField(owner: SchemaType, field: FieldDefinitionNode, schema: Schema, report: Report): void {
  const node = namedType(field.type)
  const name = node.name.value
  if (isScalarName(name)) return
  const type = schema.types.get(name)
  const place = `Field ${field.name.value} of ${owner.name}`
  if (!type) {
    schema.broken.field(owner.name, field.name.value)
    if (!schema.unusable.has(name) && !schema.damaged) reportUnknownType(place, field.type, schema, report)
    return
  }
  const related = [{ message: `${name} is defined here.`, at: type.nameNode }]
  switch (type.role) {
    case 'entity':
      // A type that is meant to refer to itself or another: the id is what is stored.
      schema.broken.field(owner.name, field.name.value)
      report.error(
        'OCG1041',
        node,
        `${place} has the type ${name}, which is an entity: entities are stored apart and refer to each other by id.`,
        {
          hint: `Store the id instead: ${idField(field)}`,
          related,
        },
      )
      return
    case 'query':
    case 'mutation':
    case 'subscription':
      schema.broken.field(owner.name, field.name.value)
      report.error('OCG1042', node, `${place} has the type ${name}, which is a root of the API.`, {
        hint: 'Use a scalar, an enum or a value type.',
      })
      return
    case 'response':
      if (owner.role === 'response') return
      schema.broken.field(owner.name, field.name.value)
      report.error(
        'OCG1042',
        node,
        `${place} has the type ${name}, which only describes the result of a statement and is not stored.`,
        {
          hint: `Use a value type: an object type without id and without @task_response.`,
          related,
        },
      )
      return
    case 'value':
    case 'enum':
    case 'unknown':
      return
  }
}

/** Reports a type that nobody defines. Also for arguments and statements. */
export function reportUnknownType(
  place: string,
  node: FieldDefinitionNode['type'],
  schema: Schema,
  report: Report,
): void {
  const named = namedType(node)
  const name = named.name.value
  const usable = [...schema.types.values()]
    .filter(({ role }) => role === 'value' || role === 'enum' || role === 'response')
    .map((type) => type.name)
  const known = didYouMean(name, [...SCALARS, ...usable])
  const usual = instead(name)
  const hint = usual.startsWith('Use')
    ? usual
    : (known ?? `Define it, or use one of ${SCALARS.slice(0, 6).join(', ')}, …`)
  report.error('OCG1040', named, `${place} has the type ${name}, which is not defined.`, { hint })
}

/** `authorId: ID` for `author: User`, `authorIds: [ID!]` for `authors: [User]`, required where the field is. */
function idField(field: FieldDefinitionNode): string {
  const name = field.name.value
  const required = field.type.kind === 'NonNullType' ? '!' : ''
  if (listDepth(field.type) === 0) return `${name}Id: ID${required}`
  return `${name.replace(/s$/, '')}Ids: [ID!]${required}`
}
