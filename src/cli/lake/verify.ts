import type { LakeDifference, VerifiedLake } from '../../adapters/embedded/sql/protocol.js'
import { EXIT_CODES } from '../cliError.js'
import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { formatCount, oneLine, textTable } from '../textTable.js'
import { onLake } from './onLake.js'

/** `ocg lake verify`: a table of counts and a line for each difference on stdout. Exit code 1 when there are any. */
export async function lakeVerify(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const verified = (await onLake(options, output, { kind: 'verify' })) as unknown as VerifiedLake
  if (!verified.clean) process.exitCode = EXIT_CODES.input
  if (options.json) return output.data(`${JSON.stringify({ ok: verified.clean, ...verified })}\n`)
  const rows = verified.tables.map((one) => [
    one.table,
    one.in,
    one.rows,
    one.missing,
    one.extra,
    one.duplicate,
    one.different,
    one.damaged,
    one.pending,
  ])
  const header = ['table', 'in', 'rows', 'missing', 'extra', 'duplicate', 'different', 'damaged', 'pending']
  await output.data(`${textTable(header, rows)}\n`)
  for (const difference of verified.differences) await output.data(`${differenceText(difference)}\n`)
  const total = verified.tables.reduce(
    (sum, one) => sum + one.missing + one.extra + one.duplicate + one.different + one.damaged,
    0,
  )
  if (total > verified.differences.length) {
    output.note(`… and ${formatCount(total - verified.differences.length)} more differences.`)
  }
  output.note(
    verified.clean
      ? `${output.colors.green('No differences')}: the lake shows what the table holds.`
      : `${output.colors.red(`${formatCount(total)} differences`)}. ocg lake rebuild makes the lake again from the table.`,
  )
}

function differenceText({ in: place, table, id, kind, fields = [] }: LakeDifference): string {
  const what = kind === 'different' ? `differs in ${fields.join(', ')}` : TEXTS[kind]
  return oneLine(`${place}: ${table} ${id} ${what}`)
}

const TEXTS = {
  missing: 'is missing',
  extra: 'is there, but not in the table',
  duplicate: 'is there more than once',
  damaged: 'can not be read, or holds rows of other days',
} as const
