import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch'
import { Aws, Fn, type Stack } from 'aws-cdk-lib/core'
import { LAKE_METRICS } from '../../model/lakeLayout.js'
import { deadLetterQueueOf, projectFunctionName } from '../plan/names.js'
import { API_FAILURES, METRICS } from './alarms.js'
import type { Api } from './api.js'
import type { Deployment } from './deployment.js'

type Metric = readonly (string | Readonly<Record<string, string>>)[]

interface Widget {
  readonly title: string
  readonly metrics: readonly Metric[]
  readonly stat: string
}

/** One page that shows how the project is: requests, failures, the way of changes, the queues, the table. */
export function addDashboard(stack: Stack, { api }: Api, deployment: Deployment): void {
  const widgets = widgetsOf(deployment).map((widget, index) => {
    return {
      type: 'metric',
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
      properties: { ...widget, region: '<region>', period: 300, view: 'timeSeries' },
    }
  })
  const [start = '', ...rest] = JSON.stringify({ widgets }).split(/(<region>|<api>)/)
  const values: Readonly<Record<string, string>> = { '<region>': Aws.REGION, '<api>': api.attrApiId }
  new CfnDashboard(stack, 'Dashboard', {
    dashboardName: `OCG-${deployment.project.name}`,
    dashboardBody: Fn.join(
      '',
      [start, ...rest].map((part) => values[part] ?? part),
    ),
  })
}

function widgetsOf({ names, project, settings }: Deployment): Widget[] {
  const search = (metric: string, stat: string): Metric => [
    {
      expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}" "OCG-${project.name}"', '${stat}', 300)`,
    },
  ]
  const own = (metric: string, dimensions: string): Metric => [
    {
      expression: `SEARCH('{${METRICS},${dimensions}} MetricName="${metric}" project="${project.name}"', 'Sum', 300)`,
    },
  ]
  const queues = [names.cascadeQueue, names.deletionQueue]
  const processor = projectFunctionName(project.name, 'streamProcessor')
  const ofTable = (metric: string): Metric => ['AWS/DynamoDB', metric, 'TableName', names.table]
  return [
    {
      title: 'Requests and errors of the API',
      stat: 'Sum',
      metrics: [
        ['AWS/AppSync', 'Requests', 'GraphQLAPIId', '<api>'],
        ['AWS/AppSync', '4XXError', 'GraphQLAPIId', '<api>'],
        ['AWS/AppSync', '5XXError', 'GraphQLAPIId', '<api>'],
        [METRICS, `${project.name}-${API_FAILURES}`],
      ],
    },
    {
      title: 'Latency of the API, 99 of 100',
      stat: 'p99',
      metrics: [['AWS/AppSync', 'Latency', 'GraphQLAPIId', '<api>']],
    },
    { title: 'Duration of functions, 99 of 100', stat: 'p99', metrics: [search('Duration', 'p99')] },
    { title: 'Errors of functions', stat: 'Sum', metrics: [search('Errors', 'Sum')] },
    { title: 'Failures by kind and code', stat: 'Sum', metrics: [own('Failures', 'code,kind,project')] },
    { title: 'Cold starts by kind', stat: 'Sum', metrics: [own('ColdStart', 'kind,project')] },
    {
      title: 'Time until a change is seen by SQL, and age of those that wait, in ms',
      stat: 'p99',
      metrics: [
        [METRICS, 'Freshness', 'project', project.name, 'kind', 'streamProcessor'],
        ['AWS/Lambda', 'IteratorAge', 'FunctionName', processor],
      ],
    },
    {
      title: 'Queues and dead letters',
      stat: 'Maximum',
      metrics: [...queues, ...queues.map(deadLetterQueueOf), names.streamDeadLetterQueue].map((queue) => [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        'QueueName',
        queue,
      ]),
    },
    {
      title: 'Capacity that the table used',
      stat: 'Sum',
      metrics: [ofTable('ConsumedReadCapacityUnits'), ofTable('ConsumedWriteCapacityUnits')],
    },
    {
      title: 'Bytes that statements scanned',
      stat: 'Sum',
      metrics: [
        names.workgroup,
        ...(settings.function.layout === 'batches' ? [names.keeperWorkgroup] : []),
      ].map((workgroup) => ['AWS/Athena', 'ProcessedBytes', 'WorkGroup', workgroup]),
    },
    ...(settings.function.layout === 'batches'
      ? [
          {
            title: 'Batches of the lake: the most of a table, and the age of the oldest in seconds',
            stat: 'Maximum',
            metrics: [LAKE_METRICS.listedBatches, LAKE_METRICS.oldestBatch].map((name) => [
              ...[METRICS, name, 'project', project.name, 'kind', 'lakeKeeper'],
            ]),
          },
        ]
      : []),
  ]
}
