import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type AwsSettings, clientConfig, withSignal } from './awsSettings.js'

/** A client of DynamoDB. Make one, and keep it: it holds the connections. */
export function dynamoDbClient(settings: AwsSettings = {}): DynamoDBClient {
  return withSignal(new DynamoDBClient(clientConfig(settings, REQUEST_TIMEOUT_MS)), settings)
}

/** Far above what a request of 100 items takes, far below the 30 seconds of a function. */
const REQUEST_TIMEOUT_MS = 6000
