import { statementCost } from './statementTime.js'
import { table } from './tables.js'

const ROWS = [100, 1_000, 10_000, 100_000, 1_000_000, 4_000_000]

/** Projected partitions: of the default years, of three years, of a filter on year and month, on a day. */
const PARTITIONS = [
  { title: 'no filter, 16 years', partitions: 16 * 12 * 31 },
  { title: 'no filter, 3 years', partitions: 3 * 12 * 31 },
  { title: 'year and month', partitions: 31 },
] as const

/** Time and cost of one statement in layout `rows`, by the rows that it reads and the partitions that it lists. */
export function statementTable(): string {
  return table(
    ['rows read', ...PARTITIONS.map(({ title }) => title)],
    ROWS.map((rows) => [
      rows.toLocaleString('en'),
      ...PARTITIONS.map(({ partitions }) => {
        const { seconds, total } = statementCost(partitions, rows)
        return `${duration(seconds)}, $${total < 0.01 ? total.toFixed(4) : total.toFixed(2)}`
      }),
    ]),
  )
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`
}

/** The cost of one unfiltered statement by its parts. */
export function statementCostTable(): string {
  const partitions = PARTITIONS[0].partitions
  const dollars = (amount: number) => `$${amount.toFixed(amount < 0.01 ? 5 : 2)}`
  return table(
    ['rows read', 'LIST requests', 'GET requests', 'Athena', 'together', 'a thousand such statements'],
    ROWS.map((rows) => {
      const { lists, reads, listCost, readCost, scanCost, total } = statementCost(partitions, rows)
      return [
        rows.toLocaleString('en'),
        `${lists.toLocaleString('en')}, ${dollars(listCost)}`,
        `${reads.toLocaleString('en')}, ${dollars(readCost)}`,
        dollars(scanCost),
        dollars(total),
        `$${Math.round(total * 1000).toLocaleString('en')}`,
      ]
    }),
  )
}
