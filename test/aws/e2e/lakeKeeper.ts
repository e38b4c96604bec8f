import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { athenaSqlEngine } from '../../../src/adapters/aws/athena/athenaSqlEngine.js'
import { athenaClient } from '../../../src/adapters/aws/clients/athenaClient.js'
import { bulkItemTable } from '../../../src/adapters/aws/dynamo/bulkItemTable.js'
import { dynamoLakeManifests } from '../../../src/adapters/aws/dynamo/dynamoLakeManifests.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import type { AwsLake } from '../../../src/cli/aws/lake/openAwsLake.js'
import { projectFunctionName, resourceNames } from '../../../src/deploy/plan/names.js'
import { lakeTables } from '../../../src/model/lakeSchema.js'
import type { LakeManifest } from '../../../src/ports/lakeManifests.js'
import type { DeployedHost } from '../host/deployed.js'
import { REGION } from '../host/openAwsHost.js'

export interface Keeper {
  manifests(): Promise<ReadonlyMap<string, LakeManifest>>
  /** Runs the keeper as the clock does, once. */
  run(event?: Readonly<Record<string, unknown>>): Promise<void>
  /** Folds what there is, and resolves when no work is under way. */
  fold(): Promise<void>
}

/** The lake keeper of a host in layout `batches`. */
export function keeperOf(host: DeployedHost): Keeper {
  const tables = lakeTables(host.project).map(({ name }) => name)
  const store = dynamoLakeManifests({
    client: host.admin.dynamo,
    tableName: host.names.table,
    clock: { now: () => Date.now() },
  })
  const manifests = () => store.read(tables)
  const run = async (event: Readonly<Record<string, unknown>> = {}) => {
    const outcome = await host.functions.invoke(projectFunctionName(host.project.name, 'lakeKeeper'), event)
    expect(outcome).toMatchObject({ ok: true })
  }
  return {
    manifests,
    run,
    async fold() {
      await run({ wanted: 'fold' })
      for (let runs = 0; runs < 20; runs += 1) {
        const found = [...(await manifests()).values()]
        if (found.every(({ lease, batches }) => lease === undefined && batches.length === 0)) return
        await run({ wanted: 'fold' })
      }
      throw new Error('The folds come to no end.')
    },
  }
}

/** The lake of a host as the command line opens it. */
export function awsLakeOf(host: DeployedHost): AwsLake {
  const { admin, names, project, environment } = host
  const clock = { now: () => Date.now() }
  const settings = { region: REGION, credentials: { accessKeyId: 'ADMIN', secretAccessKey: 'secret' } }
  return {
    project,
    tables: lakeTables(project),
    manifests: dynamoLakeManifests({ client: admin.dynamo, tableName: names.table, clock }),
    objects: s3ObjectStore({ client: admin.s3, bucket: names.lakeBucket }),
    results: s3ObjectStore({ client: admin.s3, bucket: names.resultsBucket }),
    items: bulkItemTable({ client: admin.dynamo, tableName: names.table }),
    sql: athenaSqlEngine({
      client: athenaClient({ ...settings, endpoint: environment.AWS_ENDPOINT_URL_ATHENA ?? '' }),
      database: resourceNames(project.name).database,
      outputLocation: `s3://${names.resultsBucket}/`,
      workgroup: resourceNames(project.name).keeperWorkgroup,
      resultReuseMinutes: 0,
      clock,
      restarts: true,
    }),
    root: `s3://${names.lakeBucket}/`,
    clock,
    random: { uuid: () => randomUUID() },
  }
}
