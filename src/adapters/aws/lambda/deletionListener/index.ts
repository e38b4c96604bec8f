import { DEFAULT_MAX_RECEIVE_COUNT } from '../../../../model/functions.js'
import type { DeletionMessage } from '../../../../ports/queue.js'
import type { DeletionContext } from '../../../../runtime/context.js'
import { failDeletion, runDeletion } from '../../../../runtime/deletion/deletionTask.js'
import { athenaSqlEngine } from '../../athena/athenaSqlEngine.js'
import { athenaClient } from '../../clients/athenaClient.js'
import { s3Client } from '../../clients/s3Client.js'
import { sqsClient } from '../../clients/sqsClient.js'
import { handleMessages, type MessageHandling } from '../../events/handleMessages.js'
import { deletionMessageOf } from '../../events/messages.js'
import type { QueueEvent, QueueResponse } from '../../events/queueEvent.js'
import { s3ObjectStore } from '../../s3/s3ObjectStore.js'
import { retryLater } from '../../sqs/retryLater.js'
import { sqsQueue } from '../../sqs/sqsQueue.js'
import type { FunctionEnvironment } from '../environment.js'
import { defineFunction } from '../invocation.js'
import { openTable } from '../openTable.js'

/** Removes what the statements of deletion tasks have found, and ends those tasks. */
export const handler = defineFunction<MessageHandling<DeletionMessage>, QueueEvent, QueueResponse>({
  kind: 'deletionListener',
  open(environment) {
    const { aws, variable, slice, context } = environment
    const queue = { client: sqsClient(aws), queueUrl: variable('DELETION_QUEUE_URL') }
    const work: DeletionContext = {
      ...openTable(environment),
      sql: openSqlOfDeletions(environment),
      queues: { deletion: sqsQueue<DeletionMessage>(queue) },
    }
    return {
      parse: deletionMessageOf,
      handle: (message) => runDeletion(work, message),
      onLastFailure: (message) => failDeletion(work, message),
      retryLater: retryLater(queue),
      maxReceiveCount: slice.settings.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
      log: context.log,
    }
  },
  run: handleMessages,
})

/** Of SQL, a deletion reads results, and watches the lake until it shows them no more. */
function openSqlOfDeletions(environment: FunctionEnvironment) {
  const { aws, variable, slice, context, workgroup } = environment
  return athenaSqlEngine({
    client: athenaClient(aws),
    database: variable('ATHENA_DATABASE_NAME'),
    outputLocation: variable('ATHENA_OUTPUT_LOCATION'),
    workgroup,
    resultReuseMinutes: slice.settings.resultReuseMinutes,
    clock: context.clock,
    restarts: false,
    objects: s3ObjectStore({ client: s3Client(aws), bucket: variable('S3_BUCKET_NAME') }),
    table: openTable(environment).table,
  })
}
