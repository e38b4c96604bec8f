import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { bulkItemTable } from '../../../src/adapters/aws/dynamo/bulkItemTable.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import type { OcgConfig } from '../../../src/deploy/config/ocgConfig.js'
import type { Item, PageStart } from '../../../src/ports/itemTable.js'
import { DEFAULT_RUNTIME_LIMITS } from '../../../src/runtime/context.js'
import { importRows } from '../../../src/runtime/import/importRows.js'
import { type Answer, type Shop, shopQuestions, TABLES, TEST_SCHEMA } from '../../musicShop/shop.js'
import { ROW_COUNTS, rows } from '../../musicShop/source.js'
import { type DeployedHost, type DeployedOptions, openDeployed } from '../host/deployed.js'

/** Servers, functions and mappings share a small machine here. */
const PATIENCE_MS = 180_000

/** The music shop on the emulated AWS host, with all its rows. */
export interface AwsShop extends Shop {
  readonly host: DeployedHost
}

export interface AwsShopOptions {
  readonly config?: OcgConfig
  readonly deployed?: DeployedOptions
  /** Called when all rows are in the lake. */
  readonly onImported?: (host: DeployedHost) => Promise<void>
}

export async function openAwsShop(options: AwsShopOptions = {}): Promise<AwsShop> {
  const host = await openDeployed('shop', TEST_SCHEMA, options.config, options.deployed)
  const execute: Shop['execute'] = async (query, variables) =>
    (await host.api.execute(query, variables)) as Answer
  await importAll(host)
  await options.onImported?.(host)
  return {
    host,
    execute,
    // AppSync has one way in.
    executeOtherwise: execute,
    ...shopQuestions(execute, PATIENCE_MS),
    patienceMs: PATIENCE_MS,
    async readItems() {
      const items = await readTable(host)
      return {
        entities: items.filter(({ PK }) =>
          Object.keys(ROW_COUNTS).some((table) => PK.startsWith(`${table}#`)),
        ),
        relations: items.filter(({ PK }) => PK.startsWith('joinTableData#')),
        sides: items.filter(({ PK }) => PK.startsWith('joinRelation#')),
      }
    },
    importAgain: () => importAll(host),
    cascadesEnded: () => host.settle(PATIENCE_MS),
    close: () => host.close(),
  }
}

/** What `ocg import --aws` does, in this process. Entities first: a relation needs them. */
async function importAll({ admin, names, project, settle, warmAthena }: DeployedHost): Promise<void> {
  const context = {
    project,
    clock: { now: () => Date.now() },
    random: { uuid: () => randomUUID() },
    limits: DEFAULT_RUNTIME_LIMITS,
    table: bulkItemTable({ client: admin.dynamo, tableName: names.table }),
  }
  for (const table of TABLES) {
    const all = rows(table as keyof typeof ROW_COUNTS)
    const result = await importRows(context, table, all)
    expect(result).toMatchObject({ rows: all.length, failed: 0 })
  }
  await settle(300_000)
  await warmAthena()
}

async function readTable({ admin, names }: DeployedHost): Promise<Item[]> {
  const table = dynamoItemTable({ client: admin.dynamo, tableName: names.table })
  const items: Item[] = []
  let start: PageStart | undefined
  do {
    const page = await table.scan({ prefix: '', limit: 1000, ...(start && { start }) })
    items.push(...page.items)
    start = page.next
  } while (start)
  return items
}
