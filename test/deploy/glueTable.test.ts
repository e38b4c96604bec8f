import { afterAll, beforeAll, expect, it } from 'vitest'
import { hiveType } from '../../src/lake/hiveType.js'
import { compiled, type Deployed, deployed } from './deployments.js'

const SCHEMA = `
  enum Color { RED BLUE }
  type Money { amount: Float! currency: String! parts: [Int!] }
  type Order {
    id: ID!
    year: Int
    partition_year: String
    total: Money
    history: [Money!]
    color: Color
    paid: Boolean
    orderedAt: AWSDateTime
    dueOn: AWSDate
    stamp: AWSTimestamp
    shopId: ID
  }
`

let made: Deployed

beforeAll(async () => {
  made = deployed(await compiled(SCHEMA, 'shop', false), {
    lake: { layout: 'rows' },
    years: { first: 1999, last: 2001 },
  })
})

afterAll(() => made.folder.remove())

it('gives a table the columns of the schema, and partitions that follow from dates', () => {
  const tables = made.stacks.flatMap(({ template }) =>
    Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Glue::Table'),
  )
  expect(tables).toHaveLength(1)
  const TableInput = tables[0]?.Properties?.TableInput
  expect(TableInput).toMatchObject({
    Name: 'order',
    TableType: 'EXTERNAL_TABLE',
    // Both `year` and its stand-in are taken by columns.
    PartitionKeys: [
      { Name: 'partition_partition_year', Type: 'string' },
      { Name: 'month', Type: 'string' },
      { Name: 'day', Type: 'string' },
    ],
    Parameters: {
      classification: 'parquet',
      'projection.enabled': 'true',
      'projection.partition_partition_year.type': 'integer',
      'projection.partition_partition_year.range': '1999,2001',
      'projection.partition_partition_year.digits': '4',
      'projection.month.type': 'integer',
      'projection.month.range': '1,12',
      'projection.month.digits': '2',
      'projection.day.type': 'integer',
      'projection.day.range': '1,31',
      'projection.day.digits': '2',
      'storage.location.template': {
        'Fn::Sub': [
          's3://ocg-shop-$',
          '{AWS::AccountId}/tables/order/year=$',
          '{!partition_partition_year}/month=$',
          '{!month}/day=$',
          '{!day}/',
        ].join(''),
      },
    },
    StorageDescriptor: {
      Columns: [
        { Name: 'id', Type: 'string' },
        { Name: 'year', Type: 'int' },
        { Name: 'partition_year', Type: 'string' },
        { Name: 'total', Type: 'struct<amount:double,currency:string,parts:array<int>>' },
        { Name: 'history', Type: 'array<struct<amount:double,currency:string,parts:array<int>>>' },
        { Name: 'color', Type: 'string' },
        { Name: 'paid', Type: 'boolean' },
        { Name: 'orderedat', Type: 'timestamp' },
        { Name: 'dueon', Type: 'date' },
        { Name: 'stamp', Type: 'bigint' },
        { Name: 'shopid', Type: 'string' },
        { Name: 'createdat', Type: 'timestamp' },
        { Name: 'updatedat', Type: 'timestamp' },
      ],
    },
  })
  expect(made.findings).toEqual([])
})

it('writes names in lower case, as Hive has no others', () => {
  const type = { kind: 'struct', fields: [{ name: 'unitPrice', type: { kind: 'double' } }] } as const
  expect(hiveType(type)).toBe('struct<unitprice:double>')
})
