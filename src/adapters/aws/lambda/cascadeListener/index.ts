import { DEFAULT_MAX_RECEIVE_COUNT } from '../../../../model/functions.js'
import type { CascadeMessage } from '../../../../ports/queue.js'
import { runCascade } from '../../../../runtime/deletion/cascade.js'
import { sqsClient } from '../../clients/sqsClient.js'
import { handleMessages, type MessageHandling } from '../../events/handleMessages.js'
import { cascadeMessageOf } from '../../events/messages.js'
import type { QueueEvent, QueueResponse } from '../../events/queueEvent.js'
import { retryLater } from '../../sqs/retryLater.js'
import { sqsQueue } from '../../sqs/sqsQueue.js'
import { defineFunction } from '../invocation.js'
import { openTable } from '../openTable.js'

/** Removes the relations of removed entities. */
export const handler = defineFunction<MessageHandling<CascadeMessage>, QueueEvent, QueueResponse>({
  kind: 'cascadeListener',
  open(environment) {
    const { aws, variable, slice, context } = environment
    const { table } = openTable(environment)
    const queue = { client: sqsClient(aws), queueUrl: variable('CASCADE_DELETION_QUEUE_URL') }
    const queues = { cascade: sqsQueue<CascadeMessage>(queue) }
    return {
      parse: cascadeMessageOf,
      handle: (message) => runCascade({ ...context, table, queues }, message),
      retryLater: retryLater(queue),
      maxReceiveCount: slice.settings.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
      log: context.log,
    }
  },
  run: handleMessages,
})
