import { nestedType, typeWithoutTimes } from '../../../compiler/sql/nestedType.js'
import { lakeRelations } from '../../../lake/sql/lakeRelations.js'
import { quoted, textLiteral } from '../../../lake/sql/trinoType.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { ResultColumn } from '../../../model/types.js'
import { SqlError, type SqlRow } from '../../../ports/sqlEngine.js'
import type { AwsLake } from './openAwsLake.js'

/** Rows of a page of Athena's. */
const PAGE_ROWS = 999
const PAGE_BYTES = 16 * 1024 * 1024
const POLL_MS = 500
/** Longest statement in bytes, less what stands around the relation. */
const RELATION_BYTES = 200_000

/** What statements see of a table, with the ids or all of it: values in the order of the table's columns, in no promised order of rows. */
export async function* lakeRows(
  lake: AwsLake,
  table: LakeTable,
  ids?: readonly string[],
): AsyncGenerator<SqlRow> {
  const { sql, manifests, random, root } = lake
  const relations = await lakeRelations(lake.tables, manifests, { root })([table.name], RELATION_BYTES)
  const columns = table.columns.map(({ name, type }): ResultColumn => {
    const nested = nestedType(type)
    return nested ? { name, nested } : { name }
  })
  const where = ids ? ` WHERE ${quoted(table.idColumn)} IN (${ids.map(textLiteral).join(', ')})` : ''
  const text = `SELECT ${columns.map(selected).join(', ')} FROM (${relations.get(table.name)?.sql ?? ''})${where}`
  const { executionId } = await sql.start({ sql: text, token: random.uuid() })
  await ended(lake, executionId)
  let start: string | undefined
  do {
    const page = await sql.results(executionId, {
      limit: PAGE_ROWS,
      maxBytes: PAGE_BYTES,
      columns,
      ...(start !== undefined && { start }),
    })
    yield* page.rows
    start = page.next
  } while (start !== undefined)
}

/** Arrays and rows come as JSON: Athena's results are texts. */
function selected({ name, nested }: ResultColumn): string {
  if (!nested) return quoted(name)
  const plain = typeWithoutTimes(nested)
  const value = plain === undefined ? quoted(name) : `CAST(${quoted(name)} AS ${plain})`
  return `json_format(CAST(${value} AS JSON)) AS ${quoted(name)}`
}

async function ended({ sql }: AwsLake, executionId: string): Promise<void> {
  for (;;) {
    const execution = await sql.execution(executionId)
    if (execution?.state === 'SUCCEEDED') return
    if (execution?.state === 'FAILED') throw new SqlError(execution.reason, execution.message)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
