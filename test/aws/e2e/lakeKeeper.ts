import { expect } from 'vitest'
import { dynamoLakeManifests } from '../../../src/adapters/aws/dynamo/dynamoLakeManifests.js'
import { projectFunctionName } from '../../../src/deploy/plan/names.js'
import { lakeTables } from '../../../src/model/lakeSchema.js'
import type { LakeManifest } from '../../../src/ports/lakeManifests.js'
import type { DeployedHost } from '../host/deployed.js'

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
