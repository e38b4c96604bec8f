import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

// The peer of bench/lambda.ts: creating a user as one would write it by hand, without model, checks, log or deadline.
const client = new DynamoDBClient({})

interface Event {
  readonly arguments: { readonly input: { readonly id?: string; readonly name: string } }
}

export async function handler(event: Event) {
  const { id = randomUUID(), name } = event.arguments.input
  const now = new Date().toISOString()
  const key = { S: `user#${id}` }
  try {
    await client.send(
      new PutItemCommand({
        TableName: process.env.DYNAMODB_TABLE_NAME,
        Item: {
          PK: key,
          SK: key,
          'GSI1-PK': { S: 'entity#user' },
          'GSI1-SK': { S: `${now}#${id}` },
          entityType: { S: 'user' },
          id: { S: id },
          name: { S: name },
          createdAt: { S: now },
          updatedAt: { S: now },
        },
        ConditionExpression: 'attribute_not_exists(PK)',
      }),
    )
    return { data: { id, name, createdAt: now, updatedAt: now } }
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return { error: { type: 'Conflict', message: 'User with this id exists already.' } }
  }
}
