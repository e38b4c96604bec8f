import { resourceNames } from '../../deploy/plan/names.js'
import { onAws } from '../aws/awsFailure.js'
import { loadPackage } from '../aws/loadPackage.js'
import { CliError } from '../cliError.js'
import type { AdminTarget } from './adminTarget.js'

/** A deployed project, by its names: nothing of it is asked for that a command does not use. */
export function withAwsTarget<T>(name: string, use: (target: AdminTarget) => Promise<T>): Promise<T> {
  return onAws(async () => {
    const [{ dynamoDbClient }, { dynamoItemTable }] = await loadPackage(() =>
      Promise.all([
        import('../../adapters/aws/clients/dynamoDbClient.js'),
        import('../../adapters/aws/dynamo/dynamoItemTable.js'),
      ]),
    )
    const client = dynamoDbClient()
    const table = dynamoItemTable({ client, tableName: resourceNames(name).table })
    try {
      return await use({
        table,
        sql: { cancel: stopExecution },
        deadLetters: {
          async list(limit) {
            const { awsDeadLetters } = await import('./awsDeadLetters.js')
            return awsDeadLetters(name, table).list(limit)
          },
          async replay(ids) {
            const { awsDeadLetters } = await import('./awsDeadLetters.js')
            return awsDeadLetters(name, table).replay(ids)
          },
        },
        async exportParquet() {
          throw new CliError('input', "The lake's files of a deployed project are in its bucket already.", {
            hint: `With layout rows copy them: aws s3 sync s3://${resourceNames(name).lakeBucketPrefix}ACCOUNT/tables/ DIR. Or export JSON lines or CSV.`,
          })
        },
      })
    } finally {
      client.destroy()
    }
  })
}

async function stopExecution(id: string): Promise<void> {
  const [{ athenaClient }, { StopQueryExecutionCommand }] = await loadPackage(() =>
    Promise.all([import('../../adapters/aws/clients/athenaClient.js'), import('@aws-sdk/client-athena')]),
  )
  const client = athenaClient()
  try {
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
  } finally {
    client.destroy()
  }
}
