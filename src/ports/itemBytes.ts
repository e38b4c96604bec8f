import type { Json } from '../model/json.js'

/**
 * Size of an item as DynamoDB counts it: names and texts in UTF-8, a number one byte for two significant digits
 * and one more, a Boolean or null one, a list or map three and one for each entry.
 *
 * Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */
export function itemBytes(item: Readonly<Record<string, Json>>): number {
  let bytes = 0
  for (const [name, value] of Object.entries(item)) {
    if (value !== null && value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value)
  }
  return bytes
}

function valueBytes(value: Json): number {
  switch (typeof value) {
    case 'string':
      return Buffer.byteLength(value)
    case 'number':
      return numberBytes(value)
    case 'boolean':
      return 1
  }
  if (value === null) return 1
  let bytes = 3
  if (Array.isArray(value)) {
    for (const entry of value) bytes += 1 + valueBytes(entry)
    return bytes
  }
  for (const [name, entry] of Object.entries(value)) {
    if (entry !== undefined) bytes += 1 + Buffer.byteLength(name) + valueBytes(entry)
  }
  return bytes
}

function numberBytes(value: number): number {
  const [mantissa] = Math.abs(value).toString().split('e')
  const digits = (mantissa as string).replace('.', '').replace(/^0+/, '').replace(/0+$/, '')
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0)
}
