import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import { itemTableConformance } from '../../conformance/itemTable.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'

itemTableConformance(
  'DynamoItemTable',
  async () => {
    const server = await startDynamoDbLocal()
    const client = dynamoDbClient(server.settings)
    const tableName = await createProjectTable(client, 'conformance')
    return {
      table: dynamoItemTable({ client, tableName }),
      async close() {
        client.destroy()
        await server.close()
      },
    }
  },
  { runs: 25 },
)
