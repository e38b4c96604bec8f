import { setTimeout as sleep } from 'node:timers/promises'
import type { DeletionMessage } from '../../../../ports/queue.js'
import { sqsClient } from '../../clients/sqsClient.js'
import type { TrackerEvent } from '../../events/executionEvent.js'
import { sqsQueue } from '../../sqs/sqsQueue.js'
import { defineFunction } from '../invocation.js'
import { openSql } from '../openSql.js'
import { openTable } from '../openTable.js'
import { type TrackerParts, trackEvent } from './trackEvent.js'

/** Brings tasks up to date when Athena tells of their executions, and at a schedule, since it may not tell. */
export const handler = defineFunction<TrackerParts, TrackerEvent, void>({
  kind: 'executionTracker',
  open(environment) {
    const { aws, variable, context, workgroup } = environment
    const sql = openSql(environment, { restarts: true })
    const deletion = sqsQueue<DeletionMessage>({
      client: sqsClient(aws),
      queueUrl: variable('DELETION_QUEUE_URL'),
    })
    return {
      context: { ...openTable(environment), sql, queues: { deletion } },
      workgroup,
      log: context.log,
      sleep: (milliseconds) => sleep(milliseconds),
    }
  },
  run: trackEvent,
})
