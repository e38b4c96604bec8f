import { randomUUID } from 'node:crypto'
import { resourceNames } from '../../deploy/plan/names.js'
import type { Project } from '../../model/types.js'
import { onAws } from '../aws/awsFailure.js'
import { loadPackage } from '../aws/loadPackage.js'
import type { ProjectOptions } from '../config/projectOptions.js'
import type { ImportTarget } from './importTarget.js'

/** The table of a deployed project. Throws `CliError` when it runs another version of the schema. */
export function openAwsImport(project: Project, chosen: ProjectOptions): Promise<ImportTarget> {
  return onAws(async () => {
    const [{ dynamoDbClient }, { bulkItemTable }, { requireSchema }, { settingsOf }] = await loadPackage(() =>
      Promise.all([
        import('../../adapters/aws/clients/dynamoDbClient.js'),
        import('../../adapters/aws/dynamo/bulkItemTable.js'),
        import('../aws/lake/requireDeployed.js'),
        import('../config/settingsOf.js'),
      ]),
    )
    const client = dynamoDbClient()
    const table = bulkItemTable({ client, tableName: resourceNames(chosen.name).table })
    const settings = settingsOf(project, chosen)
    await requireSchema(table, project.hash).catch((error: unknown) => {
      client.destroy()
      throw error
    })
    return {
      context: {
        project,
        clock: { now: () => Date.now() },
        random: { uuid: () => randomUUID() },
        limits: { years: settings.function.years },
        table,
      },
      close: async () => client.destroy(),
    }
  })
}
