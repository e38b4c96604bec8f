import type { Report } from './report.js'

const LOADS_TITLE = (load: number) => `×${load.toLocaleString('en')}`

/** How much of each limit is asked for, the part that gives way first on top. In Markdown. */
export function partsTable(reports: readonly Report[]): string {
  const first = reports[0]
  if (!first) return ''
  const rows = first.parts.map(({ part, limit }, index) => {
    return { part, limit, uses: reports.map(({ parts }) => parts[index]?.use ?? 0) }
  })
  const firstAbove = (uses: readonly number[]) => {
    const found = uses.findIndex((use) => use >= 1)
    return found < 0 ? uses.length : found
  }
  const last = (uses: readonly number[]) => uses.at(-1) ?? 0
  rows.sort((a, b) => firstAbove(a.uses) - firstAbove(b.uses) || last(b.uses) - last(a.uses))
  return table(
    ['part', 'its limit', ...reports.map(({ load }) => LOADS_TITLE(load))],
    rows
      .filter(({ uses }) => last(uses) > 0)
      .map(({ part, limit, uses }) => [part, limit, ...uses.map(useText)]),
  )
}

/** What clients see of each kind of operation: median and p99, and what failed. In Markdown. */
export function answersTable(reports: readonly Report[]): string {
  const kinds = [...new Set(reports.flatMap(({ answers }) => answers.map(({ kind }) => kind)))].sort()
  const rows = kinds.map((kind) => [
    `\`${kind}\``,
    ...reports.map(({ answers }) => {
      const found = answers.find((one) => one.kind === kind)
      if (!found) return '–'
      const failures = Object.entries(found.failed)
        .filter(([, share]) => share >= 0.001)
        .map(([code, share]) => `${percent(share)} ${FAILURES[code] ?? `\`${code}\``}`)
      return [`${time(found.p50)}, ${time(found.p99)}`, ...failures].join('; ')
    }),
  ])
  const freshness = reports.map(({ freshnessMs: { p50, p99 } }) => `${time(p50)}, ${time(p99)}`)
  const statements = reports.map(({ statementMs: { p50, p99 } }) =>
    Number.isNaN(p50) ? 'none ended' : `${time(p50)}, ${time(p99)}`,
  )
  const collisions = reports.map(({ conflicts, answers }) => {
    const inserts = answers.find(({ kind }) => kind === 'insertRelation')?.count ?? 0
    return inserts === 0 ? '–' : percent(conflicts / inserts)
  })
  const hasStatements = reports.some(({ statementMs }) => !Number.isNaN(statementMs.p50))
  return table(
    ['', ...reports.map(({ load }) => LOADS_TITLE(load))],
    [
      ...rows,
      ['from a write to its row in the lake', ...freshness],
      ['relations whose transaction met another one', ...collisions],
      ...(hasStatements ? [['a statement that succeeds, in Athena', ...statements]] : []),
    ],
  )
}

const FAILURES: Readonly<Record<string, string>> = { Lambda: 'no room in Lambda', AppSync: 'no tokens' }

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function useText(use: number): string {
  const text = percent(use)
  return use >= 1 ? `**${text}**` : text
}

function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return '< 0.1 %'
  return `${value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} %`
}

function time(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return '–'
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`
}
