import { type CheckInput, type Finding, listPart, ofType, type Placed, part } from './finding.js'
import { valueText } from './valueText.js'

/** The partition projection of each table in the catalog: Athena says of a mistake in it only that there are no rows. */
export function checkProjection(input: CheckInput): Finding[] {
  return ofType(input, 'AWS::Glue::Table').flatMap((table) => {
    const name = String(part(table.resource, 'TableInput', 'Name'))
    // A view has no partitions.
    if (part(table.resource, 'TableInput', 'TableType') === 'VIRTUAL_VIEW') return []
    const found = BATCHES.test(name) ? batchesProblems(table, name, input) : problems(table, input)
    return found.map((message) => ({ check: 'projection', place: table.place, message }))
  })
}

const BATCHES = /^__(.+)_batches$/

/** The only partition of batches is the day of the change. */
function batchesProblems(table: Placed, name: string, input: CheckInput): string[] {
  const [, of = ''] = BATCHES.exec(name) ?? []
  const root = `s3://ocg-${input.project}-\${AWS::AccountId}/batches/${of}/`
  const text = (...path: string[]) =>
    valueText(part(table.resource, 'TableInput', ...path), table.stack, input)
  const keys = listPart(table.resource, 'TableInput', 'PartitionKeys') as { Name?: string; Type?: string }[]
  const expected: Readonly<Record<string, (value: string) => boolean>> = {
    'projection.enabled': (value) => value === 'true',
    'projection._day.type': (value) => value === 'date',
    'projection._day.format': (value) => value === 'yyyy-MM-dd',
    // A change of today's last second may be looked for by a clock that is ahead.
    'projection._day.range': (value) => /^\d{4}-\d\d-\d\d,NOW\+1DAYS$/.test(value),
    'projection._day.interval': (value) => value === '1',
    'projection._day.interval.unit': (value) => value === 'DAYS',
    'storage.location.template': (value) => value === `${root}_day=\${!_day}/`,
  }
  const given = Object.keys((part(table.resource, 'TableInput', 'Parameters') ?? {}) as object)
  const isDay = keys.length === 1 && keys[0]?.Name === '_day' && keys[0].Type === 'string'
  const location = text('StorageDescriptor', 'Location')
  return [
    ...(isDay ? [] : ['Its partition is not the day of the change.']),
    ...(location === root ? [] : [`Its location is ${location} instead of ${root}.`]),
    ...Object.entries(expected).flatMap(([parameter, right]) => {
      const value = text('Parameters', parameter)
      return right(value) ? [] : [`Its ${parameter} is ${JSON.stringify(value)}.`]
    }),
    ...given
      .filter((one) => one.startsWith('projection.') && !Object.hasOwn(expected, one))
      .map((one) => `${one} means nothing.`),
  ]
}

const PARTITIONS = ['year', 'month', 'day'] as const
const RANGES = { year: /^\d{4},\d{4}$/, month: /^1,12$/, day: /^1,31$/ } as const
const DIGITS = { year: '4', month: '2', day: '2' } as const

function problems(table: Placed, input: CheckInput): string[] {
  const keys = listPart(table.resource, 'TableInput', 'PartitionKeys') as { Name?: string; Type?: string }[]
  const columns = listPart(table.resource, 'TableInput', 'StorageDescriptor', 'Columns') as {
    Name?: string
  }[]
  const given = (part(table.resource, 'TableInput', 'Parameters') ?? {}) as Record<string, unknown>
  const parameters = new Map(
    Object.entries(given).map(([name, value]) => [name, valueText(value, table.stack, input)] as const),
  )
  const found: string[] = []
  const expect = (name: string, right: (value: string) => boolean) => {
    const value = parameters.get(name)
    if (value === undefined) found.push(`It has no ${name}.`)
    else if (!right(value)) found.push(`Its ${name} is ${JSON.stringify(value)}.`)
  }
  if (keys.length !== PARTITIONS.length) found.push(`It has ${keys.length} partition keys instead of 3.`)
  for (const { Name } of keys) {
    if (columns.some((column) => column.Name === Name)) found.push(`${Name} is a column and a partition key.`)
  }
  expect('projection.enabled', (value) => value === 'true')
  const names = keys.map(({ Name = '' }) => Name)
  PARTITIONS.forEach((partition, index) => {
    const key = names[index] ?? partition
    expect(`projection.${key}.type`, (value) => value === 'integer')
    expect(`projection.${key}.range`, (value) => RANGES[partition].test(value) && ascending(value))
    expect(`projection.${key}.digits`, (value) => value === DIGITS[partition])
  })
  const known = names.flatMap((name) =>
    ['type', 'range', 'digits'].map((setting) => `projection.${name}.${setting}`),
  )
  for (const name of parameters.keys()) {
    if (name.startsWith('projection.') && name !== 'projection.enabled' && !known.includes(name)) {
      found.push(`${name} means nothing.`)
    }
  }
  const location = valueText(
    part(table.resource, 'TableInput', 'StorageDescriptor', 'Location'),
    table.stack,
    input,
  )
  const root = `s3://ocg-${input.project}-\${AWS::AccountId}/tables/${String(part(table.resource, 'TableInput', 'Name'))}/`
  if (location !== root) found.push(`Its location is ${location} instead of ${root}.`)
  const [year, month, day] = names
  // `${!year}` is how CloudFormation is told to leave `${year}` alone.
  const template = `${root}year=\${!${year}}/month=\${!${month}}/day=\${!${day}}/`
  expect('storage.location.template', (value) => value === template)
  return found
}

function ascending(range: string): boolean {
  const [first = 0, last = 0] = range.split(',').map(Number)
  return first <= last
}
