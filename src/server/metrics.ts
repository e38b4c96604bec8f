import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ErrorCode } from '../errors/codes.js'
import type { OperationKind } from '../model/types.js'
import type { StatsSnapshot } from './stats.js'
import { counterTally, histogramTally } from './tally.js'

/** Counts what happens; a host tells it, `/metrics` shows it. One for each backend: nothing is global. */
export interface Metrics {
  /** An operation of the runtime has ended. `outcome` is `ok` or its error's code. */
  operation(kind: OperationKind, outcome: 'ok' | ErrorCode, seconds: number): void
  /** A request has been answered. */
  request(route: Route, status: number, seconds: number): void
  /** A task has ended. */
  taskFinished(status: 'SUCCEEDED' | 'FAILED'): void
  /** A change became visible to SQL this long after it was acknowledged. */
  freshness(seconds: number): void
  /** A batch of changes was applied to the query image. */
  imageApplied(seconds: number, changes: number): void
  /** Everything in Prometheus' text format. */
  render(snapshot: StatsSnapshot): Promise<string>
  readonly contentType: string
}

/** What an answer is counted under; `other` bounds the number of series. */
export type Route = 'graphql' | 'graphiql' | 'health' | 'metrics' | 'other'

const REQUEST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const FRESHNESS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/**
 * Makes the metrics of one backend. `processMetrics` adds memory, CPU, event loop delay and garbage collection of
 * the process; leave it off in a library, whose host has its own.
 */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry })

  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, registers })

  // What happens with each request is counted by ourselves, and prom-client's when it is asked for.
  const requests = counterTally(
    counter('ocg_http_requests_total', 'Requests answered.', ['route', 'status']),
    ['route', 'status'],
  )
  const requestSeconds = histogramTally(registry, {
    name: 'ocg_http_request_duration_seconds',
    help: 'Time to answer a request.',
    buckets: REQUEST_SECONDS,
    label: 'route',
  })
  const operations = counterTally(
    counter('ocg_operations_total', 'Operations run, by kind and outcome.', ['kind', 'outcome']),
    ['kind', 'outcome'],
  )
  const operationSeconds = histogramTally(registry, {
    name: 'ocg_operation_duration_seconds',
    help: 'Time of an operation.',
    buckets: REQUEST_SECONDS,
    label: 'kind',
  })
  const freshness = histogram(
    'ocg_freshness_seconds',
    'Time from the acknowledgement of a write to its being visible in SQL.',
    FRESHNESS_SECONDS,
  )
  const applySeconds = histogram(
    'ocg_image_apply_duration_seconds',
    'Time to apply a batch of changes.',
    REQUEST_SECONDS,
  )
  const applied = counter('ocg_image_applied_changes_total', 'Changes applied to the query image.')
  const lagRecords = gauge('ocg_feed_lag_records', 'Change records that SQL does not show yet.')
  const lagSeconds = gauge('ocg_feed_lag_seconds', 'Age of the oldest change that SQL does not show yet.')
  const queues = gauge('ocg_queue_messages', 'Messages that wait in a queue.', ['queue'])
  const tasks = gauge('ocg_tasks_running', 'Tasks that run or wait.')
  const tasksFinished = counter('ocg_tasks_finished_total', 'Tasks that have ended, by status.', ['status'])
  const deadLetters = gauge('ocg_dead_letters', 'Changes that failed for good and wait for a replay.')
  const statements = gauge('ocg_running_statements', 'SQL executions that are running.')
  const showImage = imageGauges(gauge)
  const showPublished = publishedGauges(gauge)

  return {
    contentType: registry.contentType,
    operation(kind, outcome, seconds) {
      operations.add(kind, outcome)
      operationSeconds.observe(kind, seconds)
    },
    request(route, status, seconds) {
      requests.add(route, String(status))
      requestSeconds.observe(route, seconds)
    },
    taskFinished: (status) => tasksFinished.inc({ status }),
    freshness: (seconds) => freshness.observe(seconds),
    imageApplied(seconds, changes) {
      applySeconds.observe(seconds)
      applied.inc(changes)
    },
    async render(snapshot) {
      requests.flush()
      operations.flush()
      lagRecords.set(snapshot.feed.lagRecords)
      lagSeconds.set(snapshot.feed.lagSeconds)
      deadLetters.set(snapshot.deadLetters)
      statements.set(snapshot.runningStatements)
      showImage(snapshot.image)
      showPublished(snapshot.published)
      queues.reset()
      for (const [queue, count] of Object.entries(snapshot.queues)) queues.set({ queue }, count)
      tasks.set(snapshot.runningTasks)
      return registry.metrics()
    },
  }
}

/** The query image's file. Nothing is shown of what is not known. */
function imageGauges(gauge: (name: string, help: string) => Gauge) {
  const bytes = gauge('ocg_image_bytes', "Size of the query image's file and its log.")
  const ideal = gauge('ocg_image_ideal_bytes', 'About the size of a fresh copy of the query image.')
  const rewrites = gauge('ocg_image_rewrites', 'Fresh copies of the query image that were swapped in.')
  return (image: StatsSnapshot['image']): void => {
    for (const one of [bytes, ideal, rewrites]) one.remove()
    if (!image) return
    bytes.set(image.bytes)
    ideal.set(image.idealBytes)
    rewrites.set(image.rewrites)
  }
}

/** The Parquet lake. Nothing is shown of what is not known. */
function publishedGauges(gauge: (name: string, help: string) => Gauge) {
  const time = gauge(
    'ocg_lake_published_timestamp_seconds',
    'Time of the last publication of the Parquet lake.',
  )
  const files = gauge('ocg_lake_published_files', 'Files of the Parquet lake.')
  const bytes = gauge('ocg_lake_published_bytes', 'Size of the Parquet lake.')
  const lag = gauge(
    'ocg_lake_published_lag_seconds',
    'Age of the oldest change that the Parquet lake does not show.',
  )
  const failures = gauge(
    'ocg_lake_publication_failures',
    'Publications of the Parquet lake that failed since the start.',
  )
  return (published: StatsSnapshot['published']): void => {
    for (const one of [time, files, bytes, lag, failures]) one.remove()
    if (!published) return
    lag.set(published.lagSeconds)
    failures.set(published.failures)
    if (!published.last) return
    time.set(published.last.seconds)
    files.set(published.last.files)
    bytes.set(published.last.bytes)
  }
}
