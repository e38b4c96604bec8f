import type { FieldDefinitionNode } from 'graphql'
import { isScalarName } from '../isScalarName.js'
import type { Report } from '../report.js'
import type { Schema, SchemaType } from '../schema.js'
import { listDepth, namedType } from '../typeRef.js'
import { reportUnknownType } from './fieldTypes.js'
import type { Rule } from './rule.js'

/** A query returns scalars, enums or response types, alone or in one list. */
export const queryTypes: Rule = (schema, report) => {
  for (const type of schema.all) {
    if (type.role !== 'query') continue
    for (const field of type.fields) checkField(type, field, schema, report)
  }
}

function checkField(owner: SchemaType, field: FieldDefinitionNode, schema: Schema, report: Report): void {
  const node = namedType(field.type)
  const name = node.name.value
  const place = `Field ${field.name.value} of ${owner.name}`
  const type = schema.types.get(name)
  if (!isScalarName(name) && !type) {
    schema.broken.field(owner.name, field.name.value)
    if (!schema.unusable.has(name) && !schema.damaged) reportUnknownType(place, field.type, schema, report)
    return
  }
  if (listDepth(field.type) > 1) {
    schema.broken.field(owner.name, field.name.value)
    report.error(
      'OCG1063',
      field.type,
      `${place} returns a list of lists, but the result of a statement is one list of rows.`,
      {
        hint: `Write [${name}].`,
      },
    )
  }
  if (
    isScalarName(name) ||
    !type ||
    type.role === 'enum' ||
    type.role === 'response' ||
    type.role === 'unknown'
  )
    return
  schema.broken.field(owner.name, field.name.value)
  report.error('OCG1063', node, `${place} returns ${name}, which is not marked @task_response.`, {
    hint:
      type.role === 'value'
        ? `Write: type ${name} @task_response { … }`
        : 'Define a type with the columns of the result: type X @task_response { … }',
    related: [{ message: `${name} is defined here.`, at: type.nameNode }],
  })
}
