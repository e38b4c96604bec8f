import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.js'
import type { StatsSnapshot } from './stats.js'

const SNAPSHOT: StatsSnapshot = {
  feed: { lagRecords: 12, lagSeconds: 0.5 },
  queues: { cascade: 3, deletion: 0 },
  runningTasks: 2,
  deadLetters: 1,
  runningStatements: 4,
}

describe('the metrics', () => {
  it('show what was counted and what the host is at', async () => {
    const metrics = createMetrics()
    metrics.operation('read', 'ok', 0.002)
    metrics.operation('read', 'NotFound', 0.001)
    metrics.request('graphql', 200, 0.003)
    metrics.freshness(0.04)
    metrics.taskFinished('FAILED')
    metrics.imageApplied(0.05, 500)
    const text = await metrics.render(SNAPSHOT)
    for (const line of [
      'ocg_operations_total{kind="read",outcome="ok"} 1',
      'ocg_operations_total{kind="read",outcome="NotFound"} 1',
      'ocg_operation_duration_seconds_count{kind="read"} 2',
      'ocg_http_requests_total{route="graphql",status="200"} 1',
      'ocg_http_request_duration_seconds_bucket{le="0.005",route="graphql"} 1',
      'ocg_freshness_seconds_bucket{le="0.05"} 1',
      'ocg_image_apply_duration_seconds_count 1',
      'ocg_image_applied_changes_total 500',
      'ocg_feed_lag_records 12',
      'ocg_feed_lag_seconds 0.5',
      'ocg_queue_messages{queue="cascade"} 3',
      'ocg_tasks_running 2',
      'ocg_tasks_finished_total{status="FAILED"} 1',
      'ocg_dead_letters 1',
      'ocg_running_statements 4',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
  })

  it('forget a label that has gone', async () => {
    const metrics = createMetrics()
    await metrics.render(SNAPSHOT)
    expect(await metrics.render({ ...SNAPSHOT, queues: {} })).not.toContain('ocg_queue_messages{')
  })

  it('belong to one backend each', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.imageApplied(1, 7)
    expect(await other.render(SNAPSHOT)).toContain('ocg_image_applied_changes_total 0')
  })

  it('tell of the process where that is wanted', async () => {
    const text = await createMetrics({ processMetrics: true }).render(SNAPSHOT)
    expect(text).toContain('process_resident_memory_bytes')
    expect(await createMetrics().render(SNAPSHOT)).not.toContain('process_resident_memory_bytes')
  })
})
