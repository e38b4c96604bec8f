import { textTable } from '../textTable.js'
import type { StatementExplanation } from './explanationOf.js'

const KINDS = {
  TASK: 'It runs as a task.',
  SYNC: 'It answers directly.',
} as const

const PLANS: Readonly<Record<StatementExplanation['over'], string>> = {
  data: "Plan, over the data folder's rows",
  emptyTables: 'Plan, over empty tables',
  lockedData: 'Plan, over empty tables: a running host holds the data folder',
}

/** An explanation for people, in sections. */
export function explanationText(one: StatementExplanation): string {
  const given = Object.entries(one.arguments).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  const reads = Object.entries(one.reads).map(([table, columns]) => {
    return [table, columns.length > 0 ? columns.join(', ') : 'its rows only']
  })
  return [
    `${one.statement}: a ${one.kind.toUpperCase()} that gives ${one.returns}. ${KINDS[one.mode]}`,
    ...(given.length > 0 ? [section('Arguments', given.join('\n'))] : []),
    section('Statement', plainLines(one.sql)),
    ...(one.athenaSql === undefined ? [] : [section('On Athena', plainLines(one.athenaSql))]),
    section('Reads', reads.length > 0 ? textTable(['table', 'columns'], reads) : 'No table.'),
    section(
      'Result',
      textTable(
        ['column', 'type'],
        one.columns.map(({ name, type }, at) => [name === '' ? `(column ${at + 1})` : name, type]),
      ),
    ),
    section('In DuckDB', one.engineSql),
    section(PLANS[one.over], one.plan),
  ].join('\n\n')
}

function section(title: string, text: string): string {
  const lines = text.split('\n').map((line) => (line === '' ? '' : `  ${line}`))
  return `${title}\n${lines.join('\n')}`
}

/** Without blank lines at the ends, and without the indentation that all lines share. */
function plainLines(sql: string): string {
  const lines = sql.replace(/^\s*\n|\s+$/g, '').split('\n')
  const indents = lines.slice(1).filter((line) => line.trim() !== '')
  const shared = Math.min(...indents.map((line) => line.length - line.trimStart().length))
  return lines.map((line, at) => (at === 0 ? line : line.slice(shared))).join('\n')
}
