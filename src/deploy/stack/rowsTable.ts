import { CfnTable } from 'aws-cdk-lib/aws-glue'
import { Aws, type Stack } from 'aws-cdk-lib/core'
import { hiveType } from '../../lake/hiveType.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { type Deployment, idPart, sub } from './deployment.js'

const PARTITIONS = ['year', 'month', 'day'] as const
type Partition = (typeof PARTITIONS)[number]

/** A table of the lake in Glue's catalog, in layout `rows`. Its partitions follow from dates, so nobody has to register any. */
export function addRowsTable(stack: Stack, table: LakeTable, deployment: Deployment): CfnTable {
  const { names, settings } = deployment
  const root = `s3://${names.lakeBucketPrefix}\${AWS::AccountId}/tables/${table.name}/`
  const keys = partitionKeys(table)
  return new CfnTable(stack, `${idPart(table.name)}Table`, {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: names.database,
    tableInput: {
      name: table.name,
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: PARTITIONS.map((partition) => ({ name: keys[partition], type: 'string' })),
      parameters: {
        classification: 'parquet',
        'projection.enabled': 'true',
        ...projection(keys.year, `${settings.function.years.first},${settings.function.years.last}`, 4),
        ...projection(keys.month, '1,12', 2),
        ...projection(keys.day, '1,31', 2),
        'storage.location.template': sub(
          `${root}year=\${!${keys.year}}/month=\${!${keys.month}}/day=\${!${keys.day}}/`,
        ),
      },
      storageDescriptor: {
        location: sub(root),
        ...PARQUET,
        columns: table.columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: hiveType(type) })),
      },
    },
  })
}

/** How Athena reads the objects of a table. */
export const PARQUET = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serdeInfo: {
    serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    parameters: { 'serialization.format': '1' },
  },
} as const

function projection(key: string, range: string, digits: number): Record<string, string> {
  return {
    [`projection.${key}.type`]: 'integer',
    [`projection.${key}.range`]: range,
    [`projection.${key}.digits`]: String(digits),
  }
}

/** A field called `year` hides the partition of that name, which then has another one: Glue can't have both. */
function partitionKeys(table: LakeTable): Readonly<Record<Partition, string>> {
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  const keyOf = (partition: Partition): string => {
    let key: string = partition
    while (taken.has(key)) key = `partition_${key}`
    return key
  }
  return { year: keyOf('year'), month: keyOf('month'), day: keyOf('day') }
}
