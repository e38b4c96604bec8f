import {
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

/**
 * A document with a few operations of a schema to start from: lists first, since they need no argument. The result
 * is always valid for the schema.
 */
export function exampleDocument(schema) {
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {})
  const free = queries.filter((field) => !field.args.some(isRequiredArgument))
  const lists = free.filter((field) => field.name.startsWith('list'))
  const others = free.filter((field) => !lists.includes(field))
  const chosen = [...lists.slice(0, 2), ...others.slice(0, 2)].slice(0, 3)
  if (chosen.length === 0) return '# Write a query here, and run it with Ctrl-Enter.\n'
  const operations = chosen.map((field) => {
    return `query ${upperFirst(field.name)} {\n  ${call(field)}${selection(field.type, 1)}\n}\n`
  })
  const notes = '# Ctrl-Enter runs the operation at the cursor,\n# Ctrl-Space shows what fits there.\n\n'
  return notes + operations.join('\n')
}

function call(field) {
  return field.args.some((argument) => argument.name === 'limit') ? `${field.name}(limit: 10)` : field.name
}

/** All plain fields of a type and, for a page, those of its items. Empty for a type without fields. */
function selection(type, depth) {
  const named = getNamedType(type)
  if (!isObjectType(named)) return ''
  const indent = '  '.repeat(depth + 1)
  const lines = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return []
    if (isLeafType(getNamedType(field.type))) return [`${indent}${field.name}`]
    return depth < 4 && (isList(field.type) || depth > 1)
      ? [`${indent}${field.name}${selection(field.type, depth + 1)}`]
      : []
  })
  const inner = lines.length > 0 ? lines : [`${indent}__typename`]
  return ` {\n${inner.join('\n')}\n${'  '.repeat(depth)}}`
}

function isList(type) {
  return isListType(isNonNullType(type) ? type.ofType : type)
}

function upperFirst(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
