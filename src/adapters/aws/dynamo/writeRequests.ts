import type { ConditionCheck, Delete, Put, TransactWriteItem, Update } from '@aws-sdk/client-dynamodb'
import { invariant } from '../../../errors/appError.js'
import type { Json } from '../../../model/json.js'
import type {
  CheckWrite,
  Condition,
  DeleteWrite,
  PutWrite,
  UpdateWrite,
  Write,
} from '../../../ports/itemTable.js'
import { type Attributes, isAbsent, toAttributes, toKey, toValue } from './attributeValues.js'

export function putRequest(TableName: string, { item, condition }: PutWrite): Put {
  const text = new Expression()
  return { TableName, Item: toAttributes(item), ...conditionOf(text, condition), ...text.placeholders() }
}

export function deleteRequest(TableName: string, { key, condition }: DeleteWrite): Delete {
  const text = new Expression()
  return { TableName, Key: toKey(key), ...conditionOf(text, condition), ...text.placeholders() }
}

/** `UpdateExpression` is absent when nothing is to change; a transaction takes no such update. */
export function updateRequest(TableName: string, write: UpdateWrite) {
  const text = new Expression()
  const UpdateExpression = changesOf(text, write)
  return {
    TableName,
    Key: toKey(write.key),
    ...(UpdateExpression && { UpdateExpression }),
    ...conditionOf(text, write.condition, EXISTS),
    ...text.placeholders(),
  }
}

/** One write of a transaction. */
export function transactionRequest(tableName: string, write: Write): TransactWriteItem {
  switch (write.kind) {
    case 'put':
      return { Put: putRequest(tableName, write) }
    case 'delete':
      return { Delete: deleteRequest(tableName, write) }
    case 'check':
      return { ConditionCheck: checkRequest(tableName, write) }
    case 'update': {
      const request = updateRequest(tableName, write)
      // What changes nothing only checks.
      return request.UpdateExpression
        ? { Update: request as Update }
        : { ConditionCheck: request as ConditionCheck }
    }
  }
}

function checkRequest(TableName: string, { key, condition }: CheckWrite): ConditionCheck {
  const text = new Expression()
  const { ConditionExpression = EXISTS } = conditionOf(text, condition)
  return { TableName, Key: toKey(key), ConditionExpression, ...text.placeholders() }
}

const EXISTS = 'attribute_exists(PK)'

function conditionOf(
  text: Expression,
  condition: Condition | undefined,
  always?: string,
): { ConditionExpression?: string } {
  const parts = always ? [always] : []
  if (condition?.kind === 'notExists') parts.push('attribute_not_exists(PK)')
  else if (condition?.kind === 'exists') {
    if (!always) parts.push(EXISTS)
  } else if (condition) {
    const equal = Object.entries(condition.attributes).map(
      ([name, value]) => `${text.name(name)} = ${text.value(value)}`,
    )
    parts.push(...(equal.length > 0 || always ? equal : [EXISTS]))
  }
  return parts.length > 0 ? { ConditionExpression: parts.join(' AND ') } : {}
}

/** The port's order is set, remove, add. DynamoDB takes each attribute once, so they are put together before. */
function changesOf(text: Expression, { set = {}, remove = [], add = {} }: UpdateWrite): string {
  const sets = new Map<string, Json>(Object.entries(set))
  const removes = new Set(remove)
  const adds = new Map<string, number>()
  for (const [name, value] of sets) if (isAbsent(value)) removes.add(name)
  for (const name of removes) sets.delete(name)
  for (const [name, value] of Object.entries(add)) {
    if (removes.delete(name)) sets.set(name, value)
    else if (sets.has(name)) sets.set(name, (sets.get(name) as number) + value)
    else adds.set(name, value)
  }
  for (const name of [...sets.keys(), ...removes, ...adds.keys()]) {
    invariant(name !== 'PK' && name !== 'SK', 'an update never changes the key of an item')
  }
  const assignment = ([name, value]: [string, Json]) => `${text.name(name)} = ${text.value(value)}`
  const addition = ([name, value]: [string, number]) => `${text.name(name)} ${text.value(value)}`
  return [
    clause('SET', [...sets].map(assignment)),
    clause(
      'REMOVE',
      [...removes].map((name) => text.name(name)),
    ),
    clause('ADD', [...adds].map(addition)),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function clause(word: string, parts: readonly string[]): string {
  return parts.length > 0 ? `${word} ${parts.join(', ')}` : ''
}

/** Names and values of a request's expressions. Neither is ever part of an expression's text. */
class Expression {
  readonly #names = new Map<string, string>()
  readonly #values: Attributes = {}
  #count = 0

  name(attribute: string): string {
    const placeholder = this.#names.get(attribute) ?? `#${this.#names.size}`
    this.#names.set(attribute, placeholder)
    return placeholder
  }

  value(value: Json): string {
    const placeholder = `:${this.#count++}`
    this.#values[placeholder] = toValue(value)
    return placeholder
  }

  placeholders() {
    const names = [...this.#names].map(([attribute, placeholder]) => [placeholder, attribute] as const)
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    }
  }
}
