import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Attributes } from './attributeValues.js'

/**
 * Size of an item as DynamoDB counts it: names and texts in UTF-8, a number one byte for two significant digits
 * and one more, a Boolean or null one, a list or map three and one for each entry.
 *
 * Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */
export function itemBytes(item: Attributes): number {
  return mapBytes(item, 0)
}

function mapBytes(map: Attributes, forEach: number): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + forEach + Buffer.byteLength(name) + valueBytes(value),
    0,
  )
}

function valueBytes({ S, N, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S)
  if (N !== undefined) return numberBytes(N)
  if (L) return L.reduce((sum, entry) => sum + 1 + valueBytes(entry), 3)
  return M ? 3 + mapBytes(M, 1) : 1
}

function numberBytes(text: string): number {
  const [mantissa = ''] = text.replace('-', '').split('e')
  const digits = mantissa.replace('.', '').replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}
