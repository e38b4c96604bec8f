import { CfnTable } from 'aws-cdk-lib/aws-glue'
import { Aws, type Stack } from 'aws-cdk-lib/core'
import { hiveType } from '../../lake/hiveType.js'
import { viewColumns } from '../../lake/sql/tableRelation.js'
import { viewText } from '../../lake/sql/viewText.js'
import { BATCH_COLUMNS, batchesNames, CHANGE_DAY } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { type Deployment, idPart, sub } from './deployment.js'
import { PARQUET } from './rowsTable.js'

/** No batch is older than the layout. */
const FIRST_DAY = '2026-01-01'

/**
 * A table in Glue's catalog, in layout `batches`: its batches, and a view for those who come to Athena by themselves. The
 * Iceberg base is not here: an update through CloudFormation would take its metadata's place out of the catalog, and with
 * that the base. The lake keeper makes it.
 */
export function addBatchesTables(stack: Stack, table: LakeTable, deployment: Deployment): void {
  addBatches(stack, table, deployment)
  addView(stack, table, deployment)
}

function addBatches(stack: Stack, table: LakeTable, { names }: Deployment): void {
  const { batches, batchesPrefix } = batchesNames(table.name)
  const root = `s3://${names.lakeBucketPrefix}\${AWS::AccountId}/${batchesPrefix}`
  new CfnTable(stack, `${idPart(table.name)}Batches`, {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: names.database,
    tableInput: {
      name: batches,
      description: `Recent changes of ${table.name}, more than a statement may read: see its manifest.`,
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: [{ name: CHANGE_DAY, type: 'string' }],
      parameters: {
        classification: 'parquet',
        'projection.enabled': 'true',
        [`projection.${CHANGE_DAY}.type`]: 'date',
        [`projection.${CHANGE_DAY}.format`]: 'yyyy-MM-dd',
        [`projection.${CHANGE_DAY}.range`]: `${FIRST_DAY},NOW+1DAYS`,
        [`projection.${CHANGE_DAY}.interval`]: '1',
        [`projection.${CHANGE_DAY}.interval.unit`]: 'DAYS',
        'storage.location.template': sub(`${root}${CHANGE_DAY}=\${!${CHANGE_DAY}}/`),
      },
      storageDescriptor: {
        location: sub(root),
        ...PARQUET,
        columns: [
          ...table.columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: hiveType(type) })),
          { name: BATCH_COLUMNS.rev, type: 'bigint' },
          { name: BATCH_COLUMNS.incarnation, type: 'string' },
          { name: BATCH_COLUMNS.deleted, type: 'boolean' },
        ],
      },
    },
  })
}

/** Athena keeps a view as Trino's description of it, in base 64 and within a comment. */
function addView(stack: Stack, table: LakeTable, { names }: Deployment): void {
  const columns = viewColumns(table)
  const view = {
    originalSql: viewText(table),
    catalog: 'awsdatacatalog',
    schema: names.database,
    columns,
  }
  const types = new Map(table.columns.map(({ name, type }) => [name.toLowerCase(), hiveType(type)]))
  // The resource that is the table of this name in layout `rows`: CloudFormation makes new resources before it removes old
  // ones, and a second one of the name would be refused.
  new CfnTable(stack, `${idPart(table.name)}Table`, {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: names.database,
    tableInput: {
      name: table.name,
      description: 'Approximate: for tools that read the lake by themselves.',
      tableType: 'VIRTUAL_VIEW',
      partitionKeys: [],
      parameters: { presto_view: 'true', comment: 'Presto View' },
      viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(view)).toString('base64')} */`,
      viewExpandedText: '/* Presto View */',
      storageDescriptor: {
        location: '',
        columns: columns.map(({ name }) => ({ name, type: types.get(name) ?? 'string' })),
      },
    },
  })
}
