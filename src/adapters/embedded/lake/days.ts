/** A day in UTC as the number of days since 1970-01-01. */
export type DayNumber = number

const DAY_MILLIS = 86_400_000
const DAY_MICROS = 86_400_000_000n

/** The day of a time in microseconds since 1970. Rounds down, before 1970 too. */
export function dayOfMicros(micros: bigint): DayNumber {
  return Number((micros - (((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS)) / DAY_MICROS)
}

/** Folder of a day below its table's: `year=YYYY/month=MM/day=DD`. */
export function dayFolder(day: DayNumber): string {
  const [year, month, date] = new Date(day * DAY_MILLIS).toISOString().slice(0, 10).split('-')
  return `year=${year}/month=${month}/day=${date}`
}

/** The day of a folder that `dayFolder` named; undefined for any other. */
export function dayOfFolder(folder: string): DayNumber | undefined {
  const [, year, month, date] = /^year=(\d{4})\/month=(\d\d)\/day=(\d\d)$/.exec(folder) ?? []
  if (year === undefined) return undefined
  const day = Date.parse(`${year}-${month}-${date}T00:00:00.000Z`) / DAY_MILLIS
  return Number.isInteger(day) && dayFolder(day) === folder ? day : undefined
}

/** Condition on `createdAt`: from the start of one day to the end of another. */
export function withinDays(first: DayNumber, last: DayNumber): string {
  const start = BigInt(first) * DAY_MICROS
  const end = BigInt(last + 1) * DAY_MICROS
  return `"createdAt" >= make_timestamp(${start}) AND "createdAt" < make_timestamp(${end})`
}

/** The day of `createdAt` as its number. */
export const DAY_OF_ROW = `date_diff('day', DATE '1970-01-01', CAST("createdAt" AS DATE))`
