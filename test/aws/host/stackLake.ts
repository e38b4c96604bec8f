import type { S3Client } from '@aws-sdk/client-s3'
import type { GlueColumn } from '../../extra/lake/glueTable.js'
import { openTrinoLake, type TrinoLake } from '../../extra/lake/openTrinoLake.js'
import type { ResolvedResource } from './resolveTemplate.js'

export interface StackLakeOptions {
  readonly s3: S3Client
  readonly s3Endpoint: string
  readonly lakeBucket: string
  readonly database: string
  /** Seconds that VACUUM keeps snapshots, in the place of hours. */
  readonly snapshotAgeSeconds?: number
}

/** Whether a stack's lake has layout `batches`. */
export function hasBatches(resources: readonly ResolvedResource[]): boolean {
  return glueInputs(resources).some(({ Name }) => Name.endsWith('_batches'))
}

/** A Trino with the tables of a stack's catalog, in the place of Athena's engine. Views come as soon as what they read is there. */
export async function openStackLake(
  resources: readonly ResolvedResource[],
  options: StackLakeOptions,
): Promise<TrinoLake> {
  const lake = await openTrinoLake(options)
  try {
    for (const input of glueInputs(resources)) {
      if (input.TableType === 'VIRTUAL_VIEW') {
        await lake.createView(input.Name, viewSql(input.ViewOriginalText ?? ''))
        continue
      }
      await lake.createTable({
        name: input.Name,
        columns: columnsOf(input.StorageDescriptor.Columns),
        partitionKeys: columnsOf(input.PartitionKeys),
        parameters: input.Parameters,
        location: input.StorageDescriptor.Location,
      })
    }
    return lake
  } catch (error) {
    await lake.close()
    throw error
  }
}

/** The SQL in Athena's form of a view. */
function viewSql(text: string): string {
  const [, encoded = ''] = /^\/\* Presto View: (.*) \*\/$/.exec(text) ?? []
  return (JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as { originalSql: string }).originalSql
}

function columnsOf(columns: readonly GlueInputColumn[]): GlueColumn[] {
  return columns.map(({ Name, Type }) => ({ name: Name, type: Type }))
}

interface GlueInputColumn {
  readonly Name: string
  readonly Type: string
}

interface GlueInput {
  readonly Name: string
  readonly TableType: string
  readonly ViewOriginalText?: string
  readonly Parameters: Readonly<Record<string, string>>
  readonly PartitionKeys: readonly GlueInputColumn[]
  readonly StorageDescriptor: { readonly Location: string; readonly Columns: readonly GlueInputColumn[] }
}

function glueInputs(resources: readonly ResolvedResource[]): GlueInput[] {
  return resources
    .filter(({ type }) => type === 'AWS::Glue::Table')
    .map(({ properties }) => properties.TableInput as GlueInput)
}
