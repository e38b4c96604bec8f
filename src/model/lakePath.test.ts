import { expect, it } from 'vitest'
import { sha256Hex } from './keys.js'
import { lakePath, lakeTime } from './lakePath.js'

const DAY = 'tables/user/year=2024/month=03/day=01'

it.each([
  ['a-b.c_1', 'a-b.c_1'],
  ['Ab', '%41b'],
  ['é/%~ ', '%C3%A9%2F%25%7E%20'],
  ['..', '%2E.'],
  ['_temporary', '%5Ftemporary'],
  ['x'.repeat(200), 'x'.repeat(200)],
  ['x'.repeat(201), `~${sha256Hex('x'.repeat(201))}`],
  ['É'.repeat(40), `~${sha256Hex('É'.repeat(40))}`],
])('names the file of %s', (id, name) => {
  expect(lakePath('user', id, Date.UTC(2024, 2, 1))).toBe(`${DAY}/${name}.parquet`)
})

it.each([
  ['2024-03-01T00:30:00.250Z', `${DAY}/a.parquet`],
  ['2024-02-29T23:30:00-02:00', `${DAY}/a.parquet`],
  ['2024-03-02T00:30+05:30', `${DAY}/a.parquet`],
  ['0099-12-31T23:59:59.9999Z', 'tables/user/year=0099/month=12/day=31/a.parquet'],
])('finds the day of %s in UTC', (text, path) => {
  expect(lakePath('user', 'a', lakeTime(text) as number)).toBe(path)
})

it.each(['', '2024-03-01', '2024-02-30T00:00:00.000Z', '2024-03-01T00:00:00.000'])('refuses %j', (text) => {
  expect(lakeTime(text)).toBeUndefined()
})
