import { DEFAULT_MAX_RECEIVE_COUNT } from '../../../../model/functions.js'
import { lakeTables } from '../../../../model/lakeSchema.js'
import type { DeletionMessage } from '../../../../ports/queue.js'
import type { DeletionContext } from '../../../../runtime/context.js'
import { failDeletion, runDeletion } from '../../../../runtime/deletion/deletionTask.js'
import { s3Client } from '../../clients/s3Client.js'
import { sqsClient } from '../../clients/sqsClient.js'
import { handleMessages, type MessageHandling } from '../../events/handleMessages.js'
import { deletionMessageOf } from '../../events/messages.js'
import type { QueueEvent, QueueResponse } from '../../events/queueEvent.js'
import { s3ObjectStore } from '../../s3/s3ObjectStore.js'
import { retryLater } from '../../sqs/retryLater.js'
import { sqsQueue } from '../../sqs/sqsQueue.js'
import { defineFunction } from '../invocation.js'
import { openManifests } from '../openManifests.js'
import { openSql } from '../openSql.js'
import { openTable } from '../openTable.js'

/** Removes what the statements of deletion tasks have found, and ends those tasks. */
export const handler = defineFunction<MessageHandling<DeletionMessage>, QueueEvent, QueueResponse>({
  kind: 'deletionListener',
  open(environment) {
    const { aws, variable, slice, context } = environment
    const opened = openTable(environment)
    // Of SQL, a deletion reads results, and watches the lake until it shows them no more.
    const objects = s3ObjectStore({ client: s3Client(aws), bucket: variable('S3_BUCKET_NAME') })
    const queue = { client: sqsClient(aws), queueUrl: variable('DELETION_QUEUE_URL') }
    const work: DeletionContext = {
      ...opened,
      sql: openSql(environment, {
        objects,
        table: opened.table,
        ...(slice.settings.layout === 'batches' && {
          batches: { tables: lakeTables(slice.model), manifests: openManifests(environment) },
        }),
      }),
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
