import { resourceNames } from '../../deploy/plan/names.js'
import type { LakeLayout } from '../../model/lakeLayout.js'
import type { Project } from '../../model/types.js'
import type { ItemTable } from '../../ports/itemTable.js'
import { storedContradictions as contradictions } from '../../runtime/migration/checkStoredData.js'
import { readMeta, writeMeta } from '../../runtime/migration/projectMeta.js'
import { systemTime } from '../../runtime/times.js'
import { notedLayout, noteLayout } from './lake/requireDeployed.js'
import { loadPackage } from './loadPackage.js'

/**
 * How the stored rows of a project contradict the model that is to be deployed, in sentences; none before its first
 * deployment. Reads the tables that the model changes.
 */
export function storedContradictions(project: Project): Promise<readonly string[]> {
  return withTable(project.name, (table) => contradictions(project, table).catch(orIfMissing([])))
}

/** The layout of the lake whose table an earlier deployment has kept; undefined when nobody noted it. */
export function keptLayout(project: Project): Promise<LakeLayout | undefined> {
  return withTable(project.name, (table) => notedLayout(table).catch(orIfMissing(undefined)))
}

/** Notes the model that the table is used with from now on, and the layout of its lake. */
export function noteModel(project: Project, layout: LakeLayout = 'rows'): Promise<void> {
  return withTable(project.name, async (table) => {
    const meta = await readMeta(table)
    const now = systemTime(Date.now())
    if (meta?.modelHash !== project.hash) await writeMeta(table, project, now)
    await noteLayout(table, layout, now)
  })
}

async function withTable<T>(name: string, use: (table: ItemTable) => Promise<T>): Promise<T> {
  const [{ dynamoDbClient }, { dynamoItemTable }] = await loadPackage(() =>
    Promise.all([
      import('../../adapters/aws/clients/dynamoDbClient.js'),
      import('../../adapters/aws/dynamo/dynamoItemTable.js'),
    ]),
  )
  const client = dynamoDbClient()
  try {
    return await use(dynamoItemTable({ client, tableName: resourceNames(name).table }))
  } finally {
    client.destroy()
  }
}

/** What to answer when there is no such table. */
function orIfMissing<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return answer
    throw error
  }
}

function isMissing(error: unknown): boolean {
  for (
    let one = error as { name?: string; cause?: unknown } | undefined, depth = 0;
    one && depth < 5;
    depth += 1
  ) {
    if (one.name === 'ResourceNotFoundException') return true
    one = one.cause as typeof one
  }
  return false
}
