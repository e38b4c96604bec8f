import type { ASTNode, ConstValueNode } from 'graphql'
import { didYouMean } from '../errors/suggest.js'
import type { Json } from '../model/json.js'
import { parseScalar } from '../model/scalars/parseScalar.js'
import type { ScalarType, TypeRef } from '../model/types.js'
import type { Schema } from './schema.js'

export type InputValueResult =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string; readonly at: ASTNode; readonly hint?: string | undefined }

/** Reads a literal of the schema as an input value of a type. As in GraphQL, one value stands for a list of it. */
export function inputValue(type: TypeRef, node: ConstValueNode, schema: Schema): InputValueResult {
  if (node.kind === 'NullValue') {
    return type.nonNull ? bad(node, 'it is null, but the type is required.') : { ok: true, value: null }
  }
  switch (type.kind) {
    case 'list':
      return listValue(type.item, node, schema)
    case 'enum':
      return enumValue(type.name, node, schema)
    case 'scalar':
      return scalarValue(type, node)
    case 'value':
    case 'response':
      return bad(node, `${type.name} is no type of an argument.`)
  }
}

function listValue(item: TypeRef, node: ConstValueNode, schema: Schema): InputValueResult {
  if (node.kind !== 'ListValue') {
    const one = inputValue(item, node, schema)
    return one.ok ? { ok: true, value: [one.value] } : one
  }
  const values: Json[] = []
  for (const part of node.values) {
    const one = inputValue(item, part, schema)
    if (!one.ok) return one
    values.push(one.value)
  }
  return { ok: true, value: values }
}

function enumValue(name: string, node: ConstValueNode, schema: Schema): InputValueResult {
  const values = schema.types.get(name)?.values.map((value) => value.name.value) ?? []
  if (node.kind === 'EnumValue') {
    if (values.includes(node.value)) return { ok: true, value: node.value }
    const hint = didYouMean(node.value, values, (one) => one) ?? `The values are ${values.join(', ')}.`
    return bad(node, `${name} has no value ${node.value}.`, hint)
  }
  const quoted = node.kind === 'StringValue' && values.includes(node.value)
  return bad(
    node,
    `a value of ${name} was expected.`,
    quoted ? `Write ${node.value} without quotation marks.` : undefined,
  )
}

function scalarValue({ name }: ScalarType, node: ConstValueNode): InputValueResult {
  const result = parseScalar(name, literal(name, node))
  if (result.ok) return result
  const wanted = node.kind === 'EnumValue' ? `${name} was expected, found ${node.value}.` : result.message
  return bad(
    node,
    wanted,
    node.kind === 'EnumValue' ? `Put it in quotation marks: "${node.value}"` : undefined,
  )
}

function literal(name: ScalarType['name'], node: ConstValueNode): unknown {
  switch (node.kind) {
    case 'IntValue':
      // An id of many digits is a text, which no number could hold.
      return name === 'ID' ? node.value : Number(node.value)
    case 'FloatValue':
      return Number(node.value)
    case 'StringValue':
    case 'BooleanValue':
      return node.value
    case 'ListValue':
      return []
    default:
      return {}
  }
}

function bad(at: ASTNode, message: string, hint?: string): InputValueResult {
  return { ok: false, message, at, hint }
}
