import type { TableContext } from '../../../runtime/context.js'
import { dynamoDbClient } from '../clients/dynamoDbClient.js'
import { dynamoItemTable } from '../dynamo/dynamoItemTable.js'
import type { BareContext, FunctionEnvironment } from './environment.js'

/** What operations on entities and relations stand on: the table, and no other service. To be called once in a function. */
export function openTable(environment: FunctionEnvironment): TableContext & BareContext {
  const client = dynamoDbClient(environment.aws)
  const table = dynamoItemTable({ client, tableName: environment.variable('DYNAMODB_TABLE_NAME') })
  return { ...environment.context, table }
}
