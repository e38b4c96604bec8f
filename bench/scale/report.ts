import { LIST_SHARDS } from '../../src/model/keys.js'
import type { Backend } from './backend.js'
import {
  ACCOUNT_CONCURRENCY,
  APPSYNC_TOKENS_PER_SECOND,
  ATHENA_ACTIVE,
  ATHENA_LOOKS_PER_SECOND,
  ATHENA_STARTS_PER_SECOND,
  REQUESTS_PER_CONCURRENCY,
  S3_READS_PER_SECOND,
  S3_WRITES_PER_SECOND,
} from './limits.js'
import type { TokenBucket } from './tokenBucket.js'

/** How much of one part's limit was asked for. Above 1 the part gives way. */
export interface PartUse {
  readonly part: string
  readonly limit: string
  readonly use: number
}

export interface Report {
  readonly load: number
  readonly parts: readonly PartUse[]
  readonly answers: readonly AnswerReport[]
  readonly freshnessMs: { readonly p50: number; readonly p99: number; readonly waiting: number }
  readonly statementMs: { readonly p50: number; readonly p99: number; readonly refused: number }
  readonly conflicts: number
  readonly coldStarts: number
}

export interface AnswerReport {
  readonly kind: string
  readonly count: number
  readonly p50: number
  readonly p99: number
  /** Share of requests by error code. */
  readonly failed: Readonly<Record<string, number>>
}

/** What a simulation showed. */
export function reportOf(backend: Backend, seconds: number): Report {
  const { load, stream, athena, lambda, conflicts } = backend
  const answers = [...backend.answers].map(([kind, { latency, failed }]): AnswerReport => {
    const unanswered = (failed.get('AppSync') ?? 0) + (failed.get('Lambda') ?? 0)
    const count = latency.count + unanswered
    return {
      kind,
      count,
      p50: latency.percentile(0.5),
      p99: latency.percentile(0.99),
      failed: Object.fromEntries([...failed].map(([code, times]) => [code, times / count])),
    }
  })
  // A change that still waits is at least as old as it is now.
  const oldest = stream.oldestMs()
  return {
    load,
    parts: partsOf(backend, seconds),
    answers: answers.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    freshnessMs: {
      p50: stream.freshness.percentile(0.5),
      p99: Math.max(stream.freshness.percentile(0.99) || 0, oldest > 5_000 ? oldest : 0),
      waiting: stream.waiting,
    },
    statementMs: {
      p50: athena.durations.percentile(0.5),
      p99: athena.durations.percentile(0.99),
      refused: athena.full,
    },
    conflicts: conflicts.met,
    coldStarts: lambda.coldStarts,
  }
}

function partsOf(backend: Backend, seconds: number): PartUse[] {
  const { tokens, lambda, table, index, stream, athena, cascades } = backend
  const per = (part: string, limit: number, unit: string, rate: number): PartUse => {
    return { part, limit: `${limit.toLocaleString('en')} ${unit}`, use: rate / limit }
  }
  const used = ({ asked, perSecond }: TokenBucket) => asked / perSecond / seconds
  const hottest = (buckets: Iterable<TokenBucket>) => Math.max(0, ...[...buckets].map(used))
  const lists = [...index.all].filter(([key]) => key.startsWith('list')).map(([, partition]) => partition)
  const running = index.all.get('running tasks')
  const wanted = Math.max(0, ...athena.wanted.values()) / seconds
  const written = Math.max(0, ...[...stream.written.values()].map(({ asked }) => asked)) / seconds
  return [
    per('S3, reads below one table by its statements', S3_READS_PER_SECOND, 'a second and prefix', wanted),
    // What is refused for it can't be seen in what is active.
    per(
      'Athena, active statements',
      ATHENA_ACTIVE,
      'an account',
      athena.full > 0 ? Math.max(ATHENA_ACTIVE, athena.mean()) : athena.mean(),
    ),
    per('Athena, starts', ATHENA_STARTS_PER_SECOND, 'a second', athena.starts.asked / seconds),
    per('Athena, looks at executions', ATHENA_LOOKS_PER_SECOND, 'a second', athena.looks.asked / seconds),
    {
      part: 'GSI1, reads of the hottest list partition',
      limit: '3,000 units',
      use: hottest(lists.map(({ read }) => read)),
    },
    {
      part: 'GSI1, writes of the hottest list partition',
      limit: `1,000 units, ${LIST_SHARDS} a type`,
      use: hottest(lists.map(({ write }) => write)),
    },
    {
      part: 'GSI1, partition of the running tasks',
      limit: '1,000 units',
      use: running ? used(running.write) : 0,
    },
    {
      part: 'Table, hottest partition',
      limit: '1,000 write, 3,000 read units',
      use: Math.max(hottest(table.all.map(({ write }) => write)), hottest(table.all.map(({ read }) => read))),
    },
    per('S3, writes below the day of one table', S3_WRITES_PER_SECOND, 'a second and prefix', written),
    per('Lambda, concurrency', ACCOUNT_CONCURRENCY, 'an account', lambda.mean()),
    per(
      'Lambda, invocations',
      ACCOUNT_CONCURRENCY * REQUESTS_PER_CONCURRENCY,
      'a second',
      lambda.invocations / seconds,
    ),
    per('AppSync, request tokens', APPSYNC_TOKENS_PER_SECOND, 'a second', tokens.asked / seconds),
    { part: 'Cascades, places of the listener', limit: '100', use: cascades.busyMs / 1000 / seconds / 100 },
  ]
}
