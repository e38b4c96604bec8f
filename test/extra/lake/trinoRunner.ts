import { AthenaFailedError } from '../../aws/servers/athena/athenaFailedError.js'
import type { StatementRunner } from '../../aws/servers/athena/startAthenaServer.js'
import { athenaResult } from './athenaResult.js'
import { inTrinosWords, type SnapshotAges, type StatementEffect } from './athenaWords.js'
import { runOnTrino, TrinoError } from './lakeClient.js'

export interface TrinoRunnerOptions {
  readonly url: string
  readonly database: string
  readonly bucket: string
  /** Seconds that VACUUM keeps snapshots, in the place of what the tables say: no test waits for hours. */
  readonly snapshotAgeSeconds?: number
  /** How often each VACUUM and OPTIMIZE has to run: before that it fails, as Athena does with many files. Default 1. */
  readonly runsNeeded?: number
  /** Called after a statement has changed the catalog. */
  readonly onCatalogChange?: () => Promise<void>
}

/** Runs Athena's statements on Trino. Whose Trino it is, closes it. */
export function trinoRunner(options: TrinoRunnerOptions): StatementRunner {
  const { url, database, bucket, snapshotAgeSeconds } = options
  const ages: SnapshotAges = new Map()
  const runs = new Map<string, number>()

  /** Athena has done a part of the work when it says so. */
  function refuseUnfinished(sql: string): void {
    const [word = ''] = /^(?:VACUUM|OPTIMIZE)\b/.exec(sql) ?? []
    const run = (runs.get(sql) ?? 0) + 1
    runs.set(sql, run % (options.runsNeeded ?? 1))
    if (word === '' || run >= (options.runsNeeded ?? 1)) return
    throw new AthenaFailedError(
      `ICEBERG_${word}_MORE_RUNS_NEEDED: Removed 1000 files in this round of ${word.toLowerCase()}, but there are more files remaining.`,
      { category: 2, type: 1001 },
    )
  }
  return {
    async run(sql, signal, access) {
      const { effect, statements } = inTrinosWords(sql, database, ages)
      if (snapshotAgeSeconds !== undefined) for (const name of ages.keys()) ages.set(name, snapshotAgeSeconds)
      for (const { action, resource } of accessesOf(sql, effect, database, bucket)) access(action, resource)
      try {
        let rows = await runOnTrino(url, database, statements[0] ?? '', signal)
        for (const next of statements.slice(1)) rows = await runOnTrino(url, database, next, signal)
        refuseUnfinished(sql)
        if (effect !== 'read') await options.onCatalogChange?.()
        return athenaResult(rows)
      } catch (error) {
        throw error instanceof TrinoError ? failed(error) : error
      }
    },
    async close() {},
  }
}

function failed({ errorName, errorType, message }: TrinoError): AthenaFailedError {
  if (errorType === 'INSUFFICIENT_RESOURCES') {
    return new AthenaFailedError('Query exhausted resources at this scale factor', { category: 2, type: 1 })
  }
  const category = errorType === 'INTERNAL_ERROR' ? 1 : 2
  return new AthenaFailedError(`${errorName}: ${message}`, { category, type: category === 1 ? 200 : 1001 })
}

interface Access {
  readonly action: string
  readonly resource: string
}

/** What Athena needs its caller's rights for; objects stand for all of their folder. */
function accessesOf(sql: string, effect: StatementEffect, database: string, bucket: string): Access[] {
  const names = new Set([...sql.matchAll(/\b__([a-z0-9_]+)_(base|batches)\b/g)].map(([name]) => name))
  const found: Access[] = [{ action: 's3:GetBucketLocation', resource: bucket }]
  for (const name of names) {
    const glue = (action: string) =>
      found.push(
        ...['catalog', `database/${database}`, `table/${database}/${name}`].map((resource) => ({
          action,
          resource,
        })),
      )
    const folder = name.endsWith('_base') ? `base/${name.slice(2, -5)}` : `batches/${name.slice(2, -8)}`
    const object = (action: string) => found.push({ action, resource: `${bucket}/${folder}/x` })
    glue('glue:GetTable')
    found.push({ action: 's3:ListBucket', resource: bucket })
    object('s3:GetObject')
    if (effect === 'read' || !name.endsWith('_base')) continue
    if (effect === 'create') glue('glue:CreateTable')
    else if (effect === 'drop') glue('glue:DeleteTable')
    else glue('glue:UpdateTable')
    object('s3:PutObject')
    if (effect === 'clean' || effect === 'drop') object('s3:DeleteObject')
  }
  return found
}
