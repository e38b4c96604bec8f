import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnMetricFilter } from 'aws-cdk-lib/aws-logs'
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns'
import type { Stack } from 'aws-cdk-lib/core'
import { projectFunctionsOf } from '../../model/functions.js'
import { LAKE_METRICS } from '../../model/lakeLayout.js'
import { deadLetterQueueOf, projectFunctionName } from '../plan/names.js'
import type { Api } from './api.js'
import { type Deployment, pascal } from './deployment.js'
import { internalMessage } from './resolverCode.js'

/** Changes that are older have not reached SQL for too long, in ms. */
const MAX_STREAM_AGE_MS = 5 * 60_000

/** Namespace of the metrics that functions write, and of the one that is made here. */
export const METRICS = 'OCG'

/** Name of the metric that counts failures of the API's functions, by project. */
export const API_FAILURES = 'ApiFailures'

/** A batch is folded within minutes; the age of one that waits this long is nobody's plan. */
const MAX_BATCH_AGE_S = 3600

/** Of the 500 that a manifest lists. */
const MAX_LISTED_BATCHES = 400

interface Watch {
  readonly id: string
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions?: Readonly<Record<string, string>>
  readonly statistic: 'Sum' | 'Maximum'
  /** Above it the alarm goes off. */
  readonly threshold: number
  /** Periods of a minute that must be above it. Default: 1. */
  readonly minutes?: number
  /** Whether no measurement is as bad as one that is above it. */
  readonly isMissingBad?: boolean
}

/**
 * What somebody must look at. The functions of the API, any number of them, have one alarm together: AppSync logs their
 * failures in one place, and an alarm for each would cost more than the rest of a small project.
 */
export function addAlarms(stack: Stack, api: Api, deployment: Deployment): void {
  const actions = alarmActions(stack, deployment)
  const { project } = deployment
  new CfnMetricFilter(stack, 'ApiFailureFilter', {
    logGroupName: api.logs.ref,
    filterPattern: `"${internalMessage()}"`,
    metricTransformations: [
      { metricNamespace: METRICS, metricName: `${project.name}-${API_FAILURES}`, metricValue: '1' },
    ],
  })
  for (const watch of watches(api, deployment)) {
    new CfnAlarm(stack, `${watch.id}Alarm`, {
      alarmName: `OCG-${project.name}-${watch.id}`,
      alarmDescription: watch.description,
      namespace: watch.namespace,
      metricName: watch.metricName,
      dimensions: Object.entries(watch.dimensions ?? {}).map(([name, value]) => ({ name, value })),
      statistic: watch.statistic,
      threshold: watch.threshold,
      comparisonOperator: 'GreaterThanThreshold',
      period: 60,
      evaluationPeriods: watch.minutes ?? 1,
      treatMissingData: watch.isMissingBad ? 'breaching' : 'notBreaching',
      alarmActions: actions,
      okActions: actions,
    })
  }
}

function watches({ api }: Api, { names, project, settings }: Deployment): Watch[] {
  const { layout } = settings.function
  const queues = [
    ['Cascade', deadLetterQueueOf(names.cascadeQueue)],
    ['Deletion', deadLetterQueueOf(names.deletionQueue)],
    ['Stream', names.streamDeadLetterQueue],
  ] as const
  return [
    ...queues.map(([id, queue]): Watch => {
      return {
        id: `${id}DeadLetters`,
        description: `${queue} holds what could not be done. See: ocg dlq --aws`,
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: queue },
        statistic: 'Maximum',
        threshold: 0,
      }
    }),
    {
      id: 'ChangeDeadLetters',
      description: 'Changes could not be brought into SQL and are kept in the table. See: ocg dlq --aws',
      namespace: METRICS,
      metricName: 'DeadLetters',
      dimensions: { project: project.name, kind: 'streamProcessor' },
      statistic: 'Sum',
      threshold: 0,
    },
    ...projectFunctionsOf(layout).flatMap((kind) => {
      const FunctionName = projectFunctionName(project.name, kind)
      return (['Errors', 'Throttles'] as const).map((metricName): Watch => {
        return {
          id: `${pascal(kind)}${metricName}`,
          description: `${FunctionName}: ${metricName.toLowerCase()}.`,
          namespace: 'AWS/Lambda',
          metricName,
          dimensions: { FunctionName },
          statistic: 'Sum',
          threshold: 0,
          // Its event source waits and tries again; what stays is worth a call.
          minutes: metricName === 'Throttles' ? 5 : 1,
        }
      })
    }),
    ...(layout === 'batches' ? lakeWatches(project.name) : []),
    {
      id: 'StreamAge',
      description: 'Changes take more than five minutes to reach SQL.',
      namespace: 'AWS/Lambda',
      metricName: 'IteratorAge',
      dimensions: { FunctionName: projectFunctionName(project.name, 'streamProcessor') },
      statistic: 'Maximum',
      threshold: MAX_STREAM_AGE_MS,
      minutes: 3,
    },
    {
      id: API_FAILURES,
      description: `Functions of ${names.api} fail or are throttled. See: ocg logs`,
      namespace: METRICS,
      metricName: `${project.name}-${API_FAILURES}`,
      statistic: 'Sum',
      threshold: 0,
    },
    {
      id: 'ApiServerErrors',
      description: `${names.api} answers with status 5xx.`,
      namespace: 'AWS/AppSync',
      metricName: '5XXError',
      dimensions: { GraphQLAPIId: api.attrApiId },
      statistic: 'Sum',
      threshold: 0,
    },
  ]
}

/** What the lake keeper measures at each of its runs. */
function lakeWatches(project: string): Watch[] {
  const common = {
    namespace: METRICS,
    dimensions: { project, kind: 'lakeKeeper' },
    statistic: 'Maximum',
  } as const
  return [
    {
      ...common,
      id: 'LakeFolds',
      description:
        'Batches have waited for an hour to be folded into the base, or the lake keeper does not run. See: ocg lake status --aws',
      metricName: LAKE_METRICS.oldestBatch,
      threshold: MAX_BATCH_AGE_S,
      minutes: 15,
      isMissingBad: true,
    },
    {
      ...common,
      id: 'LakeBatches',
      description:
        'A table of the lake has so many batches that no more may fit soon. See: ocg lake status --aws',
      metricName: LAKE_METRICS.listedBatches,
      threshold: MAX_LISTED_BATCHES,
      minutes: 5,
    },
  ]
}

/** Where alarms go: a topic of the user's, a topic with the user's address, both, or nowhere. */
function alarmActions(stack: Stack, { settings, project }: Deployment): string[] {
  const { email, topicArn } = settings.alarms
  const given = topicArn === undefined ? [] : [topicArn]
  if (email === undefined) return given
  const topic = new CfnTopic(stack, 'AlarmTopic', { topicName: `OCG-${project.name}-alarms` })
  new CfnTopicPolicy(stack, 'AlarmTopicPolicy', {
    topics: [topic.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Alarms',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic.ref,
          Condition: { StringEquals: { 'aws:SourceAccount': stack.account } },
        },
        {
          Sid: 'OnlyTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: topic.ref,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  })
  new CfnSubscription(stack, 'AlarmSubscription', {
    topicArn: topic.ref,
    protocol: 'email',
    endpoint: email,
  })
  return [...given, topic.ref]
}
