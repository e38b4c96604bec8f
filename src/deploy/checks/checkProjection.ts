import { type CheckInput, type Finding, listPart, ofType, type Placed, part } from './finding.js'
import { valueText } from './valueText.js'

/** The partition projection of each table in the catalog: Athena says of a mistake in it only that there are no rows. */
export function checkProjection(input: CheckInput): Finding[] {
  return ofType(input, 'AWS::Glue::Table').flatMap((table) =>
    problems(table, input).map((message) => ({ check: 'projection', place: table.place, message })),
  )
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
