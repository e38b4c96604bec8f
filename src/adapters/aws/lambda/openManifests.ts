import type { LakeManifests } from '../../../ports/lakeManifests.js'
import { dynamoDbClient } from '../clients/dynamoDbClient.js'
import { dynamoLakeManifests } from '../dynamo/dynamoLakeManifests.js'
import type { FunctionEnvironment } from './environment.js'

/** What the tables of a lake in layout `batches` consist of. */
export function openManifests({ aws, variable, context }: FunctionEnvironment): LakeManifests {
  return dynamoLakeManifests({
    client: dynamoDbClient(aws),
    tableName: variable('DYNAMODB_TABLE_NAME'),
    clock: context.clock,
  })
}
