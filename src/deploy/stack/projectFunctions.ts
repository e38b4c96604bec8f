import { CfnRule } from 'aws-cdk-lib/aws-events'
import { CfnEventSourceMapping, type CfnFunction, CfnPermission } from 'aws-cdk-lib/aws-lambda'
import type { CfnQueue } from 'aws-cdk-lib/aws-sqs'
import type { Stack } from 'aws-cdk-lib/core'
import {
  type PROJECT_FUNCTIONS,
  type ProjectFunctionKind,
  projectFunctionsOf,
} from '../../model/functions.js'
import type { DataResources } from './dataResources.js'
import { type Deployment, pascal } from './deployment.js'
import { addFunction } from './functionResource.js'
import type { QueueResources } from './queueResources.js'
import { roleIdOf } from './roles.js'

export type ProjectFunctionResources = Readonly<
  Record<(typeof PROJECT_FUNCTIONS)[number], CfnFunction> & Partial<Record<ProjectFunctionKind, CfnFunction>>
>

/**
 * What starts the stream processor. Entities and the data of relations carry `_rev`; tasks, sides of relations, dead
 * letters and the project's own items don't, so they start nothing, and no change of the schema alters the mapping. The
 * old image lets removals through.
 */
export const STREAM_FILTERS = ['NewImage', 'OldImage'].map((image) => {
  return JSON.stringify({ dynamodb: { [image]: { _rev: { N: [{ exists: true }] } } } })
})

/** The states in which an execution has ended. */
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED']

/** The functions behind the API, and what starts each: the stream, the queues, Athena's events and the clock. */
export function addProjectFunctions(
  stack: Stack,
  roleArns: ReadonlyMap<string, string>,
  data: DataResources,
  queues: QueueResources,
  deployment: Deployment,
): ProjectFunctionResources {
  const add = (kind: ProjectFunctionKind): CfnFunction => {
    const planned = deployment.functions.find((one) => one.kind === kind)
    if (!planned) throw new Error(`invariant: the plan has no ${kind}`)
    return addFunction(stack, pascal(kind), planned, roleArns.get(roleIdOf(planned)) as string, deployment)
  }
  const kinds = projectFunctionsOf(deployment.settings.function.layout)
  const made = Object.fromEntries(kinds.map((kind) => [kind, add(kind)]))
  const functions = made as ProjectFunctionResources
  addStreamMapping(stack, functions.streamProcessor, data, queues, deployment)
  addQueueMapping(stack, 'cascadeListener', functions, queues.cascade, deployment)
  addQueueMapping(stack, 'deletionListener', functions, queues.deletion, deployment)
  addTrackerRules(stack, functions.executionTracker, deployment)
  if (functions.lakeKeeper) addKeeperRule(stack, functions.lakeKeeper, deployment)
  return functions
}

function addStreamMapping(
  stack: Stack,
  processor: CfnFunction,
  { table }: DataResources,
  { streamDeadLetters }: QueueResources,
  { settings }: Deployment,
): void {
  new CfnEventSourceMapping(stack, 'StreamMapping', {
    functionName: processor.ref,
    eventSourceArn: table.attrStreamArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: settings.stream.batchSize,
    maximumBatchingWindowInSeconds: settings.stream.windowSeconds,
    parallelizationFactor: settings.kinds.streamProcessor.concurrency ?? 1,
    maximumRetryAttempts: settings.stream.retries,
    maximumRecordAgeInSeconds: settings.stream.maxAgeSeconds,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ['ReportBatchItemFailures'],
    filterCriteria: { filters: STREAM_FILTERS.map((pattern) => ({ pattern })) },
    destinationConfig: { onFailure: { destination: streamDeadLetters.attrArn } },
  })
}

function addQueueMapping(
  stack: Stack,
  kind: 'cascadeListener' | 'deletionListener',
  functions: ProjectFunctionResources,
  queue: CfnQueue,
  { settings }: Deployment,
): void {
  const { concurrency } = settings.kinds[kind]
  new CfnEventSourceMapping(stack, `${pascal(kind)}Mapping`, {
    functionName: functions[kind].ref,
    eventSourceArn: queue.attrArn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    ...(concurrency === undefined ? {} : { scalingConfig: { maximumConcurrency: concurrency } }),
  })
}

/** Athena says when an execution ends, but doesn't promise to: a sweep finds what it kept to itself. */
function addTrackerRules(stack: Stack, tracker: CfnFunction, { names, project }: Deployment): void {
  const target = { id: 'tracker', arn: tracker.attrArn }
  const rules = [
    new CfnRule(stack, 'ExecutionEnded', {
      description: `A statement of ${project.name} has ended.`,
      eventPattern: {
        source: ['aws.athena'],
        'detail-type': ['Athena Query State Change'],
        detail: { workgroupName: [names.workgroup], currentState: ENDED },
      },
      targets: [target],
    }),
    new CfnRule(stack, 'ExecutionSweep', {
      description: `Looks for ended statements of ${project.name} whose event was lost.`,
      scheduleExpression: 'rate(5 minutes)',
      targets: [target],
    }),
  ]
  for (const rule of rules) allowRule(stack, rule, tracker)
}

/** Its work goes on by itself from one run to the next, each a few steps. */
function addKeeperRule(stack: Stack, keeper: CfnFunction, { project }: Deployment): void {
  const rule = new CfnRule(stack, 'LakeKeeping', {
    description: `Looks after the lake of ${project.name}: folds batches, packs and cleans.`,
    scheduleExpression: 'rate(1 minute)',
    targets: [{ id: 'keeper', arn: keeper.attrArn }],
  })
  allowRule(stack, rule, keeper)
}

function allowRule(stack: Stack, rule: CfnRule, called: CfnFunction): void {
  new CfnPermission(stack, `${rule.node.id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: called.ref,
    principal: 'events.amazonaws.com',
    sourceArn: rule.attrArn,
  })
}
