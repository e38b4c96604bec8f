import { isDeepStrictEqual } from 'node:util'
import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Item, PutWrite, UpdateWrite, Write, WriteResult } from '../../../ports/itemTable.js'
import { type Attributes, asStored, isAbsent, toItem } from './attributeValues.js'
import { onFailedTry } from './onFailedTry.js'
import { retryConflicts } from './retry.js'
import { asFailure, mayHaveHappened, storeFailure } from './storeFailure.js'
import { deleteRequest, putRequest, updateRequest } from './writeRequests.js'

/** A write's result and, when its condition did not hold, what is there instead. */
export type SingleResult = WriteResult & { readonly present?: Item }

/**
 * One write by itself.
 *
 * When an answer gets lost the SDK sends the request again, and a conditional write that had happened then finds its
 * condition broken by itself. The refusal brings the item along: if it is what was meant, the write happened.
 */
export async function singleWrite(
  client: DynamoDBClient,
  tableName: string,
  write: Exclude<Write, { kind: 'check' }>,
): Promise<SingleResult> {
  let unanswered = false
  try {
    const attributes = await retryConflicts(() => {
      const command = commandOf(tableName, write)
      onFailedTry(command, (error) => {
        unanswered ||= mayHaveHappened(error)
      })
      return send(client, command)
    })
    if (!attributes) return { ok: true }
    return write.kind === 'update'
      ? { ok: true, after: toItem(attributes) }
      : { ok: true, before: toItem(attributes) }
  } catch (error) {
    const failure = asFailure(error) as { readonly name: string; readonly Item?: Attributes }
    if (failure.name !== 'ConditionalCheckFailedException') throw storeFailure(error)
    const present = failure.Item && toItem(failure.Item)
    const done = unanswered ? happened(write, present) : undefined
    return done ?? { ok: false, reason: 'conditionFailed', ...(present && { present }) }
  }
}

type WriteCommand = PutItemCommand | UpdateItemCommand | DeleteItemCommand

async function send(client: DynamoDBClient, command: WriteCommand): Promise<Attributes | undefined> {
  // The client's overloads take one kind of command at a time.
  const { Attributes } = await client.send(command as PutItemCommand)
  return Attributes
}

function commandOf(tableName: string, write: Exclude<Write, { kind: 'check' }>): WriteCommand {
  const ReturnValuesOnConditionCheckFailure = write.condition ? 'ALL_OLD' : 'NONE'
  switch (write.kind) {
    case 'put': {
      const input = putRequest(tableName, write)
      const ReturnValues = write.condition?.kind === 'notExists' ? 'NONE' : 'ALL_OLD'
      return new PutItemCommand({
        ...input,
        Item: input.Item,
        ReturnValues,
        ReturnValuesOnConditionCheckFailure,
      })
    }
    case 'delete': {
      const input = deleteRequest(tableName, write)
      return new DeleteItemCommand({ ...input, ReturnValues: 'ALL_OLD', ReturnValuesOnConditionCheckFailure })
    }
    case 'update': {
      const input = updateRequest(tableName, write)
      return new UpdateItemCommand({ ...input, ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure })
    }
  }
}

/** The result of a write that an earlier try of its own seems to have done; undefined when none has. */
function happened(
  write: Exclude<Write, { kind: 'check' }>,
  present: Item | undefined,
): WriteResult | undefined {
  switch (write.kind) {
    case 'put':
      return present && isPut(write, present) ? { ok: true } : undefined
    case 'update':
      return present && isUpdated(write, present) ? { ok: true, after: present } : undefined
    case 'delete':
      return present ? undefined : { ok: true }
  }
}

/** Nobody else puts an equal item: each has an incarnation of its own. */
function isPut({ item }: PutWrite, present: Item): boolean {
  return isDeepStrictEqual(present, asStored(item))
}

function isUpdated({ key, set = {}, remove = [] }: UpdateWrite, present: Item): boolean {
  const given = asStored({ ...key, ...set })
  const values = Object.keys(set).filter((name) => !isAbsent(set[name]) && !remove.includes(name))
  const gone = [...remove, ...Object.keys(set).filter((name) => isAbsent(set[name]))]
  return (
    values.length + gone.length > 0 &&
    values.every((name) => isDeepStrictEqual(present[name], given[name])) &&
    gone.every((name) => present[name] === undefined)
  )
}
