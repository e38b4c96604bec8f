import { hiveType } from '../../lake/hiveType.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeManifest } from '../../ports/lakeManifests.js'
import { SqlError } from '../../ports/sqlEngine.js'
import type { KeeperContext } from './keeperContext.js'

/** Texts of the statements that make a base and change its columns. All but `add` are safe to repeat. */
export interface BaseStatements {
  /** Makes the base, unless it is there. */
  create(table: LakeTable): string
  /** No rows, with the base's present columns. */
  columns(table: LakeTable): string
  /** Adds columns by their names. */
  add(table: LakeTable, names: readonly string[]): string
}

/**
 * `ready`: the base has every column of the table. `rebuild`: it has one of another type, which only making the lake
 * again puts right; it must not be written to until then.
 */
export type BaseState = 'ready' | 'rebuild'

type Context = Pick<KeeperContext, 'sql' | 'random' | 'sleep' | 'settings' | 'log'>

/** Time of a statement that changes the catalog alone. */
const TIMEOUT_MS = 120_000

/** Whether all is as the manifest says of the snapshot that queries read: then nobody has to look. */
export function isBaseAsNeeded(table: LakeTable, { baseColumns }: LakeManifest): boolean {
  return (
    baseColumns !== undefined &&
    table.columns.every(({ name, type }) => baseColumns[name.toLowerCase()] === hiveType(type))
  )
}

/** Columns whose type is another one than the base's. */
export function changedColumns(table: LakeTable, { baseColumns = {} }: LakeManifest): string[] {
  return table.columns
    .filter(({ name, type }) => {
      const present = baseColumns[name.toLowerCase()]
      return present !== undefined && present !== hiveType(type)
    })
    .map(({ name }) => name)
}

/**
 * Makes a table's base, or adds the columns that the schema has got since. Columns that the schema has lost stay in it,
 * and nobody reads them. Any number of keepers may do so at the same time. Throws `SqlError`.
 */
export async function ensureBase(
  context: Context,
  statements: BaseStatements,
  table: LakeTable,
  manifest: LakeManifest,
): Promise<BaseState> {
  // Without a snapshot that counts, the table itself may be gone: with a catalog that was taken down and made again.
  if (manifest.snapshot !== undefined && isBaseAsNeeded(table, manifest)) return 'ready'
  const changed = changedColumns(table, manifest)
  // Of a base that counts for nothing the fold itself makes another one.
  if (changed.length > 0 && manifest.snapshot === undefined) return 'ready'
  if (changed.length > 0) {
    context.log.error('The lake must be made again, as columns have another type: ocg lake rebuild --aws', {
      table: table.name,
      columns: changed,
    })
    return 'rebuild'
  }
  await run(context, statements.create(table))
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingColumns(context, statements, table)
    if (missing.length === 0) return 'ready'
    try {
      await run(context, statements.add(table, missing))
      context.log.info('The base has new columns', { table: table.name, columns: missing })
      return 'ready'
    } catch (error) {
      // Another keeper was faster, or one commits to the base at this moment.
      if (attempt >= 3) throw error
      await context.sleep(context.settings.pollMs)
    }
  }
}

async function missingColumns(context: Context, statements: BaseStatements, table: LakeTable) {
  const limits = { timeoutMs: TIMEOUT_MS, maxRows: 1 }
  const { columns } = await context.sql.query(statements.columns(table), limits)
  const present = new Set(columns.map((name) => name.toLowerCase()))
  return table.columns.map(({ name }) => name).filter((name) => !present.has(name.toLowerCase()))
}

/** Runs a statement to its end. */
async function run({ sql, random, sleep, settings }: Context, text: string): Promise<void> {
  // Each time another token: the base may have been dropped since the statement ran last.
  const { executionId } = await sql.start({ sql: text, token: random.uuid() })
  for (let waited = 0; ; waited += settings.pollMs) {
    const execution = await sql.execution(executionId)
    if (execution?.state === 'SUCCEEDED') return
    if (execution?.state === 'FAILED') throw new SqlError(execution.reason, execution.message)
    if (waited > TIMEOUT_MS) throw new SqlError('timeout', 'A change of the base took too long.')
    await sleep(settings.pollMs)
  }
}
