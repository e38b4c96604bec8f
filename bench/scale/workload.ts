import type { OperationKind } from '../../src/model/types.js'

/** What clients do, and what they keep. */
export interface Workload {
  readonly name: string
  readonly title: string
  /** Requests a second at load 1, without those for tasks' results. */
  readonly requestsPerSecond: number
  readonly shares: Readonly<Partial<Record<OperationKind, number>>>
  /** Entity types that requests go to, the most used first. */
  readonly types: number
  /** A table that has never had load before: on-demand starts it small. Default: it has had this load. */
  readonly isNew?: true
  /** Rows in all tables at load 1; they grow with the load. */
  readonly rows: number
  /** What a statement reads: day partitions that it lists, and its share of a table's rows. */
  readonly sql: { readonly partitions: number; readonly rowsShare: number }
}

/** How unevenly types and items are used (Zipf). */
export const TYPE_SKEW = 1
export const KEY_SKEW = 0.8

/** Projected days of a table when nothing narrows them: the default years, and a filter on year and month. */
const ALL_DAYS = 16 * 12 * 31
const ONE_MONTH = 31

const SHOP = {
  requestsPerSecond: 10,
  types: 8,
  rows: 5_000,
  shares: {
    read: 0.565,
    list: 0.2,
    create: 0.08,
    update: 0.09,
    delete: 0.01,
    insertRelation: 0.04,
    syncQuery: 0.01,
    triggerTask: 0.005,
  },
} as const

export const WORKLOADS: readonly Workload[] = [
  {
    ...SHOP,
    name: 'shop',
    title: 'Shop: 10 requests a second, 3 of 200 are statements that read a whole table',
    sql: { partitions: ALL_DAYS, rowsShare: 1 },
  },
  {
    ...SHOP,
    name: 'month',
    title: 'The same shop, every statement filtered to one month of a year',
    sql: { partitions: ONE_MONTH, rowsShare: 1 / 12 },
  },
  {
    name: 'ingest',
    title: 'Ingest: 10 requests a second, 8 of 10 write, all of one type, no statements',
    requestsPerSecond: 10,
    types: 1,
    rows: 5_000,
    shares: { create: 0.6, update: 0.2, read: 0.15, list: 0.01, insertRelation: 0.04 },
    sql: { partitions: ONE_MONTH, rowsShare: 0 },
  },
  {
    ...SHOP,
    name: 'new',
    title: 'The shop with filtered statements on a table of today, which has never had any load',
    isNew: true,
    sql: { partitions: ONE_MONTH, rowsShare: 1 / 12 },
  },
]

/** Share of a type among all, 1 the most used. */
export function typeShare(type: number, types: number): number {
  const weight = (one: number) => one ** -TYPE_SKEW
  let all = 0
  for (let one = 1; one <= types; one += 1) all += weight(one)
  return weight(type) / all
}
