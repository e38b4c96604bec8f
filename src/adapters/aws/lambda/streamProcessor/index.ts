import { setTimeout as sleep } from 'node:timers/promises'
import { batchProjector } from '../../../../runtime/changes/batchProjector.js'
import {
  DEFAULT_PROJECTION_SETTINGS,
  type ProjectionContext,
} from '../../../../runtime/changes/projectBatch.js'
import { lakeProjector } from '../../../../runtime/changes/projectChange.js'
import { s3Client } from '../../clients/s3Client.js'
import { sqsClient } from '../../clients/sqsClient.js'
import type { StreamEvent } from '../../events/streamEvent.js'
import { s3ObjectStore } from '../../s3/s3ObjectStore.js'
import { sqsQueue } from '../../sqs/sqsQueue.js'
import { defineFunction } from '../invocation.js'
import { openManifests } from '../openManifests.js'
import { openTable } from '../openTable.js'
import { processStream, type StreamResponse } from './processStream.js'

/** Keeps the lake up to date with the table's stream, and starts the cascades of what was removed. */
export const handler = defineFunction<ProjectionContext, StreamEvent, StreamResponse>({
  kind: 'streamProcessor',
  open(environment) {
    const { aws, variable, slice, context } = environment
    const { table } = openTable(environment)
    const objects = s3ObjectStore({ client: s3Client(aws), bucket: variable('S3_BUCKET_NAME') })
    const cascade = sqsQueue({ client: sqsClient(aws), queueUrl: variable('CASCADE_DELETION_QUEUE_URL') })
    return {
      ...context,
      table,
      objects,
      queues: { cascade },
      projector:
        slice.settings.layout === 'batches'
          ? batchProjector({
              ...{ model: slice.model, table, objects },
              ...{ clock: context.clock, random: context.random, manifests: openManifests(environment) },
            })
          : lakeProjector({ model: slice.model, table, objects }),
      settings: { ...DEFAULT_PROJECTION_SETTINGS, ...slice.settings.projection },
      sleep: (milliseconds) => sleep(milliseconds),
    }
  },
  run: (event, deps, { metrics }) => processStream(event, deps, metrics),
})
