import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs'
import type { Stack } from 'aws-cdk-lib/core'
import { arn, type Deployment, pascal } from './deployment.js'
import { onlyTls } from './onlyTls.js'

export interface QueueResources {
  readonly cascade: CfnQueue
  readonly deletion: CfnQueue
  /** Batches of the stream that were given up. */
  readonly streamDeadLetters: CfnQueue
}

/** The longest that SQS keeps a message. */
const RETENTION_S = 14 * 24 * 3600

/** SQS shows a message again after this many timeouts of its listener, as Lambda's documentation asks. */
const VISIBILITY_TIMEOUTS = 6

/** Both queues, each with its dead letters, and the dead letters of the stream. */
export function addQueues(stack: Stack, { names, settings }: Deployment): QueueResources {
  const pair = (id: string, name: string, timeoutSeconds: number): CfnQueue => {
    const deadLetters = addQueue(stack, `${id}DeadLetters`, { queueName: `${name}-dlq` })
    return addQueue(stack, id, {
      queueName: name,
      visibilityTimeout: VISIBILITY_TIMEOUTS * timeoutSeconds,
      redrivePolicy: {
        deadLetterTargetArn: deadLetters.attrArn,
        maxReceiveCount: settings.queues.maxReceiveCount,
      },
    })
  }
  return {
    cascade: pair('CascadeQueue', names.cascadeQueue, settings.kinds.cascadeListener.timeoutSeconds),
    deletion: pair('DeletionQueue', names.deletionQueue, settings.kinds.deletionListener.timeoutSeconds),
    streamDeadLetters: addQueue(stack, 'StreamDeadLetters', { queueName: names.streamDeadLetterQueue }),
  }
}

type QueueProps = NonNullable<ConstructorParameters<typeof CfnQueue>[2]> & { readonly queueName: string }

function addQueue(stack: Stack, id: string, props: QueueProps): CfnQueue {
  const queue = new CfnQueue(stack, id, {
    ...props,
    messageRetentionPeriod: RETENTION_S,
    sqsManagedSseEnabled: true,
  })
  new CfnQueuePolicy(stack, `${pascal(id)}Policy`, {
    queues: [queue.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [onlyTls('sqs', arn('sqs', props.queueName))],
    },
  })
  return queue
}
