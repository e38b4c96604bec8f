import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { invariant } from '../../../errors/appError.js'
import type { Json } from '../../../model/json.js'
import type { ItemKey } from '../../../model/keys.js'
import type { Item } from '../../../ports/itemTable.js'

export type Attributes = Record<string, AttributeValue>

/** An item as DynamoDB takes it; null attributes are left out. Throws for numbers that are none. */
export function toAttributes(item: Readonly<Record<string, Json>>): Attributes {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) => (isAbsent(value) ? [] : [[name, toValue(value)]])),
  )
}

/** An item from DynamoDB. */
export function toItem(attributes: Attributes): Item {
  return entriesOf(attributes) as Item
}

/** An item as it will be read when it has been stored. */
export function asStored(item: Item): Item {
  return toItem(toAttributes(item))
}

export function toKey({ PK, SK }: ItemKey): { PK: AttributeValue.SMember; SK: AttributeValue.SMember } {
  return { PK: { S: PK }, SK: { S: SK } }
}

/**
 * DynamoDB keeps 38 decimal digits, and the shortest decimal text of a double has at most 17: every double within
 * its range (1e-130 to 9.99e125) comes back exactly.
 */
export function toValue(value: Json): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value }
    case 'number':
      invariant(Number.isFinite(value), 'a stored number is finite')
      return { N: String(value) }
    case 'boolean':
      return { BOOL: value }
  }
  if (value === null || value === undefined) return { NULL: true }
  if (Array.isArray(value)) return { L: value.map(toValue) }
  return {
    M: Object.fromEntries(
      Object.entries(value).flatMap(([name, part]) => (part === undefined ? [] : [[name, toValue(part)]])),
    ),
  }
}

export function isAbsent(value: Json | undefined): value is null | undefined {
  return value === null || value === undefined
}

function entriesOf(attributes: Attributes): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fromValue(value)]))
}

function fromValue(value: AttributeValue): Json {
  if (value.S !== undefined) return value.S
  if (value.N !== undefined) return Number(value.N)
  if (value.BOOL !== undefined) return value.BOOL
  if (value.L !== undefined) return value.L.map(fromValue)
  if (value.M !== undefined) return entriesOf(value.M)
  invariant(value.NULL !== undefined, 'an item has only attributes that were put by this program')
  return null
}
