import { randomUUID } from 'node:crypto'
import { resourceNames } from '../../../deploy/plan/names.js'
import { type LakeTable, lakeTables } from '../../../model/lakeSchema.js'
import type { Project } from '../../../model/types.js'
import type { BulkItemTable } from '../../../ports/bulkItemTable.js'
import type { LakeManifests } from '../../../ports/lakeManifests.js'
import type { ObjectStore } from '../../../ports/objectStore.js'
import { type SqlEngine, SqlError } from '../../../ports/sqlEngine.js'
import type { Clock, Random } from '../../../ports/system.js'
import { CliError } from '../../cliError.js'
import type { ProjectOptions } from '../../config/projectOptions.js'
import { callerIdentity } from '../account.js'
import { onAws } from '../awsFailure.js'
import { loadPackage } from '../loadPackage.js'
import { requireDeployed } from './requireDeployed.js'

/** The lake of a deployed project in layout `batches`, with the rights of whoever runs the command. */
export interface AwsLake {
  readonly project: Project
  readonly tables: readonly LakeTable[]
  readonly manifests: LakeManifests
  readonly objects: ObjectStore
  /** Results of statements. */
  readonly results: ObjectStore
  readonly items: BulkItemTable
  readonly sql: SqlEngine
  /** `s3://{bucket}/` */
  readonly root: string
  readonly clock: Clock
  readonly random: Random
}

/** Opens the lake of a deployed project. Throws `CliError` for another layout, and for another schema than what is deployed. */
export function withAwsLake<T>(
  chosen: ProjectOptions,
  project: Project,
  use: (lake: AwsLake) => Promise<T>,
): Promise<T> {
  return onAws(async () => {
    const [dynamo, s3, athena, bulk, manifests, engine, store, { settingsOf }] = await loadPackage(() =>
      Promise.all([
        import('../../../adapters/aws/clients/dynamoDbClient.js'),
        import('../../../adapters/aws/clients/s3Client.js'),
        import('../../../adapters/aws/clients/athenaClient.js'),
        import('../../../adapters/aws/dynamo/bulkItemTable.js'),
        import('../../../adapters/aws/dynamo/dynamoLakeManifests.js'),
        import('../../../adapters/aws/athena/athenaSqlEngine.js'),
        import('../../../adapters/aws/s3/s3ObjectStore.js'),
        import('../../config/settingsOf.js'),
      ]),
    )
    if (settingsOf(project, chosen).function.layout !== 'batches') {
      throw new CliError(
        'input',
        'The lake of this project has layout rows: one object a row, and nothing to look after.',
        {
          hint: "Take `layout: 'rows'` out of ocg.config.ts and deploy, if layout batches is what it should have. No command makes layout rows again: ocg export, and ocg import into a project of another name.",
        },
      )
    }
    const { account } = await callerIdentity()
    const names = resourceNames(project.name)
    const clock = { now: () => Date.now() }
    const clients = {
      dynamo: dynamo.dynamoDbClient(),
      s3: s3.s3Client(),
      athena: athena.athenaClient(),
    }
    const tableName = names.table
    const items = bulk.bulkItemTable({ client: clients.dynamo, tableName })
    const bucket = `${names.lakeBucketPrefix}${account}`
    try {
      await requireDeployed(items, { hash: project.hash, layout: 'batches' })
      return await use({
        project,
        tables: lakeTables(project),
        manifests: manifests.dynamoLakeManifests({ client: clients.dynamo, tableName, clock }),
        objects: store.s3ObjectStore({ client: clients.s3, bucket }),
        results: store.s3ObjectStore({
          client: clients.s3,
          bucket: `${names.resultsBucketPrefix}${account}`,
        }),
        items,
        sql: engine.athenaSqlEngine({
          client: clients.athena,
          database: names.database,
          outputLocation: `s3://${names.resultsBucketPrefix}${account}/`,
          // To look at the whole lake is no statement of the project's.
          workgroup: names.keeperWorkgroup,
          resultReuseMinutes: 0,
          clock,
          restarts: false,
          namesObjects: true,
        }),
        root: `s3://${bucket}/`,
        clock,
        random: { uuid: () => randomUUID() },
      })
    } catch (error) {
      throw inWords(error)
    } finally {
      for (const client of Object.values(clients)) client.destroy()
    }
  })
}

/** A statement on the lake that Athena refuses or that fails: a stack that is gone, rights that are missing, no time. */
function inWords(error: unknown): unknown {
  if (!(error instanceof SqlError)) return error
  return new CliError('environment', `Athena doesn't answer what the lake is: ${error.message}`, {
    hint: 'Is the project deployed as it is configured here (ocg diff), and by this version of ocg? docs/aws.md lists the permissions.',
    cause: error,
  })
}
