import { hiveType } from '../../lake/hiveType.js'
import { maintenanceToken } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeLease, LakeManifest, LakeStatement } from '../../ports/lakeManifests.js'
import { SqlError, type SqlExecution } from '../../ports/sqlEngine.js'
import { changedColumns } from './ensureBase.js'
import type { KeeperContext } from './keeperContext.js'
import { foldedBatches, planHash, type StatementWork, workStatements } from './planWork.js'
import { storeRetired } from './retire.js'

/** Whether there is more to do at once, later, or not at all. */
export type WorkState = 'moved' | 'waiting' | 'idle'

/** Times that a statement is run which does a part each time: VACUUM removes up to a thousand files. */
const MAX_RUNS = 1000

/** Time of the small query for the base's snapshot. */
const SNAPSHOT_TIMEOUT_MS = 60_000

/**
 * Begins work on the base, if nobody works on it. A fold raises the generation: no batch whose items were read before
 * gets in behind it.
 */
export async function beginWork(
  context: KeeperContext,
  table: LakeTable,
  work: StatementWork,
  months: readonly string[] = [],
): Promise<WorkState> {
  const { manifests, random, clock } = context
  const owner = random.uuid()
  const begun = await manifests.update(table.name, (one) => {
    if (one.lease) return undefined
    const generation = one.generation + 1
    const lease: LakeLease = { owner, work, since: clock.now() }
    if (work === 'fold') return { ...one, generation, lease: { ...lease, fence: generation } }
    return { ...one, lease: work === 'optimize' ? { ...lease, months } : lease }
  })
  if (begun) context.log.debug('Work on the base begins', { table: table.name, work })
  // If not, somebody else was faster, and there is work to go on with.
  return 'moved'
}

/**
 * Takes the next step of the work that a manifest shows. Everybody may: a statement that was started is started again
 * with its token, which gives the same execution, and of many who note the same step one succeeds. So a keeper that dies, or
 * sleeps and wakes up late, changes nothing.
 */
export async function advanceWork(
  context: KeeperContext,
  table: LakeTable,
  manifest: LakeManifest,
  lease: LakeLease,
): Promise<WorkState> {
  const statements = workStatements(context.statements, table, manifest, lease)
  const plan = planHash(statements)
  const { statement } = lease
  const enter = (step: number, failures = 0, runs = 0): Promise<WorkState> => {
    const sql = statements[step]
    if (sql === undefined) return finishWork(context, table, manifest, lease)
    const token = maintenanceToken(table.name, lease.owner, `${step} ${failures} ${runs}`, plan)
    return noteStatement(context, table, lease, {
      token,
      sql,
      step,
      plan,
      failures,
      ...(runs > 0 && { runs }),
    })
  }
  if (!statement) {
    const trouble = lease.work === 'fold' ? await prepareBase(context, table, manifest) : undefined
    return trouble === undefined ? enter(0) : giveUpWork(context, table, lease, trouble)
  }
  const { executionId, execution } = await lookAt(context, statement)
  if (execution?.state === 'RUNNING') {
    if (executionId !== undefined && statement.executionId === undefined) {
      await noteStatement(context, table, lease, { ...statement, executionId })
    }
    return 'waiting'
  }
  // An engine that was told of it a moment ago may not say so everywhere yet. It may be running.
  if (!execution && context.clock.now() - lease.since < context.settings.queryMs) return 'waiting'
  // Other code makes other statements. They are safe to repeat, so the work begins again.
  if (statement.plan !== plan) return enter(0)
  if (execution?.state === 'SUCCEEDED') return enter(statement.step + 1)
  const runs = (statement.runs ?? 0) + 1
  // It has done a part, as much as the engine does at once.
  if (execution?.reason === 'unfinished' && runs < MAX_RUNS)
    return enter(statement.step, statement.failures, runs)
  const failures = statement.failures + 1
  const message = execution?.message ?? 'The engine knows nothing of the execution any more.'
  context.log.warn('A statement on the base failed', {
    table: table.name,
    work: lease.work,
    failures,
    message,
  })
  if (failures < context.settings.tries) return enter(statement.step, failures)
  return giveUpWork(context, table, lease, message)
}

/** Why the base can't take a fold, undefined when it can. */
async function prepareBase(
  { ensureBase }: KeeperContext,
  table: LakeTable,
  manifest: LakeManifest,
): Promise<string | undefined> {
  try {
    const state = await ensureBase?.(table, manifest)
    return state === 'rebuild' ? 'Columns have other types than in the base: make the lake again.' : undefined
  } catch (error) {
    if (error instanceof SqlError && error.reason !== 'unavailable') return error.message
    throw error
  }
}

async function lookAt(
  { sql }: KeeperContext,
  { executionId: known, sql: text, token }: LakeStatement,
): Promise<{ readonly executionId?: string; readonly execution?: SqlExecution }> {
  let executionId = known
  try {
    executionId ??= (await sql.start({ sql: text, token })).executionId
  } catch (error) {
    if (!(error instanceof SqlError) || error.reason === 'unavailable') throw error
    // Nobody can start it, so it never ran.
    return { execution: { state: 'FAILED', reason: error.reason, message: error.message, finishedAt: '' } }
  }
  const execution = await sql.execution(executionId)
  return { executionId, ...(execution && { execution }) }
}

async function noteStatement(
  { manifests }: KeeperContext,
  table: LakeTable,
  lease: LakeLease,
  statement: LakeStatement,
): Promise<WorkState> {
  const changesBase = lease.work !== 'vacuum'
  await manifests.update(table.name, (one) =>
    isSameStep(one.lease, lease)
      ? { ...one, ...(changesBase && { isBaseAhead: true }), lease: { ...lease, statement } }
      : undefined,
  )
  return 'moved'
}

/** Whether nobody has taken the step meanwhile. */
function isSameStep(one: LakeLease | undefined, other: LakeLease): boolean {
  return one?.owner === other.owner && one.statement?.token === other.statement?.token
}

/** One write shows the work's result to queries and ends it. */
async function finishWork(
  context: KeeperContext,
  table: LakeTable,
  manifest: LakeManifest,
  lease: LakeLease,
): Promise<WorkState> {
  const { manifests, clock, settings } = context
  const folded = lease.work === 'fold' ? foldedBatches(manifest) : []
  const retired = folded.length > 0 ? [await storeRetired(context, table.name, folded)] : []
  const snapshot = lease.work === 'vacuum' ? manifest.snapshot : await baseSnapshot(context, table)
  const written = await manifests.update(table.name, (one) => {
    if (!isSameStep(one.lease, lease)) return undefined
    const now = clock.now()
    const { lease: _, ...ended } = withoutTrouble(one, lease.work)
    if (lease.work === 'vacuum') return { ...ended, vacuumedAt: now }
    const { isBaseAhead: __, snapshot: ___, snapshotAt: ____, ...rest } = ended
    const gone = new Set(folded.map(({ key }) => key))
    const base = {
      ...rest,
      batches: one.batches.filter(({ key }) => !gone.has(key)),
      // Queries have read the list until now.
      retired: [...one.retired, ...retired.map((group) => ({ ...group, retiredAt: now }))],
      ...(snapshot !== undefined && { snapshot, snapshotAt: lease.since }),
      ...vacuumAfter(one, snapshot, settings, now),
    }
    if (lease.work === 'optimize') {
      const { unpacked: _____, ...packed } = base
      return { ...packed, optimizedAt: now }
    }
    const months = new Set([...(one.unpacked?.months ?? []), ...folded.flatMap((batch) => batch.months)])
    const folds = (one.unpacked?.folds ?? 0) + 1
    const since = one.unpacked?.since ?? now
    const unpacked = { folds, months: [...months].sort(), since }
    return {
      ...base,
      baseColumns: columnsAfter(table, one),
      foldedAt: now,
      vacuumedAt: one.vacuumedAt ?? now,
      ...(folded.length > 0 && { unpacked }),
    }
  })
  if (written)
    context.log.info('Work on the base is done', {
      table: table.name,
      work: lease.work,
      batches: folded.length,
    })
  return 'moved'
}

/** A fold that succeeds doesn't say that packing or cleaning would. */
function withoutTrouble(manifest: LakeManifest, work: LakeLease['work']): LakeManifest {
  const { trouble, ...well } = manifest
  return trouble?.work === work ? well : manifest
}

/**
 * VACUUM goes by the age of a snapshot, not by how long ago it was superseded: one that has served for long would go at
 * once, under the queries that have just begun to read it.
 */
function vacuumAfter(
  { snapshot: before, snapshotAt = 0 }: LakeManifest,
  after: string | undefined,
  { queryMs, snapshotAgeMs }: KeeperContext['settings'],
  now: number,
): { readonly vacuumAfter?: number } {
  if (before === undefined || before === after) return {}
  return snapshotAt + snapshotAgeMs < now + queryMs ? { vacuumAfter: now + queryMs } : {}
}

async function baseSnapshot(
  { sql, statements }: KeeperContext,
  table: LakeTable,
): Promise<string | undefined> {
  const { rows } = await sql.query(statements.snapshot(table), { timeoutMs: SNAPSHOT_TIMEOUT_MS, maxRows: 1 })
  const id = rows[0]?.[0]
  return id === undefined || id === null ? undefined : String(id)
}

/**
 * Columns of the base after a fold. Those that the schema has lost stay in it, and are remembered: a field of the same name
 * may come again, with another type. Only a base that was made anew has lost them.
 */
function columnsAfter(table: LakeTable, before: LakeManifest): Readonly<Record<string, string>> {
  const isNew = before.snapshot === undefined && changedColumns(table, before).length > 0
  const present = Object.fromEntries(
    table.columns.map(({ name, type }) => [name.toLowerCase(), hiveType(type)]),
  )
  return isNew ? present : { ...before.baseColumns, ...present }
}

/** The batches stay, and the base may be ahead: the next fold takes them all. */
async function giveUpWork(
  { manifests, clock, log }: KeeperContext,
  table: LakeTable,
  lease: LakeLease,
  message: string,
): Promise<WorkState> {
  await manifests.update(table.name, (one) => {
    if (!isSameStep(one.lease, lease)) return undefined
    const { lease: _, ...rest } = one
    const times = (one.trouble?.work === lease.work ? one.trouble.times : 0) + 1
    return { ...rest, trouble: { work: lease.work, at: clock.now(), times, message: message.slice(0, 1000) } }
  })
  log.error('Work on the base was given up and is begun again later', {
    table: table.name,
    work: lease.work,
    message,
  })
  return 'idle'
}
