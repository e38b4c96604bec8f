import type { DeletionMessage } from '../../../ports/queue.js'
import { taskResult } from '../../../runtime/operations/taskResult.js'
import { sqsClient } from '../clients/sqsClient.js'
import { sqsQueue } from '../sqs/sqsQueue.js'
import { openSql } from './openSql.js'
import { openTable } from './openTable.js'
import { operationHandler } from './operationHandler.js'

export const handler = operationHandler('taskResult', taskResult, (environment) => {
  const queueUrl = environment.variable('DELETION_QUEUE_URL')
  const deletion = sqsQueue<DeletionMessage>({ client: sqsClient(environment.aws), queueUrl })
  return { ...openTable(environment), sql: openSql(environment), queues: { deletion } }
})
