import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { trinoOfHive } from './hiveTypes.js'
import { runOnTrino } from './lakeClient.js'
import { CATALOG } from './startLakeTrino.js'

/** A table as Glue's catalog has it: `TableInput` of CloudFormation with everything resolved. */
export interface GlueTable {
  readonly name: string
  readonly columns: readonly GlueColumn[]
  readonly partitionKeys: readonly GlueColumn[]
  readonly parameters: Readonly<Record<string, string>>
  /** `s3://bucket/folder/` */
  readonly location: string
}

export interface GlueColumn {
  readonly name: string
  /** In Hive's words. */
  readonly type: string
}

/** Makes a table of Parquet objects in Trino's catalog from what stands in Glue's, partition projection included. */
export async function createGlueTable(
  s3: S3Client,
  url: string,
  database: string,
  table: GlueTable,
): Promise<void> {
  const { name, columns, partitionKeys, parameters, location } = table
  const plain = columns.map((column) => `"${column.name}" ${trinoOfHive(column.type, 3)}`)
  const keys = partitionKeys.map((key) => {
    return `"${key.name}" ${trinoOfHive(key.type, 3)}${projection(key.name, parameters)}`
  })
  const properties = [
    "format = 'PARQUET'",
    `external_location = '${location}'`,
    `partitioned_by = ARRAY[${partitionKeys.map((key) => `'${key.name}'`).join(', ')}]`,
    'partition_projection_enabled = true',
    `partition_projection_location_template = '${parameters['storage.location.template'] ?? ''}'`,
  ]
  const sql = `CREATE TABLE ${CATALOG}."${database}"."${name}" (${[...plain, ...keys].join(', ')}) WITH (${properties.join(', ')})`
  // Trino takes no folder in which there is nothing.
  const [, Bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? []
  const marker = { Bucket, Key: `${folder}.there` }
  await s3.send(new PutObjectCommand({ ...marker, Body: 'x' }))
  await runOnTrino(url, database, sql)
  await s3.send(new DeleteObjectCommand(marker))
}

function projection(key: string, parameters: Readonly<Record<string, string>>): string {
  const of = (name: string) => parameters[`projection.${key}.${name}`]
  const list = (of('range') ?? '').split(',').map((one) => `'${one}'`)
  const settings = [
    `partition_projection_type = '${of('type')?.toUpperCase()}'`,
    `partition_projection_range = ARRAY[${list.join(', ')}]`,
    ...(of('format') ? [`partition_projection_format = '${of('format')}'`] : []),
    ...(of('digits') ? [`partition_projection_digits = ${of('digits')}`] : []),
    ...(of('interval') ? [`partition_projection_interval = ${of('interval')}`] : []),
    ...(of('interval.unit') ? [`partition_projection_interval_unit = '${of('interval.unit')}'`] : []),
  ]
  return ` WITH (${settings.join(', ')})`
}
