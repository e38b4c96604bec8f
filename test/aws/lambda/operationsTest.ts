import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { createSqlChecker } from '../../../src/adapters/embedded/sqlChecker.js'
import { compileSchema } from '../../../src/compiler/compile.js'
import { planFunctions } from '../../../src/deploy/plan/planFunctions.js'
import { appsyncSchema } from '../../../src/deploy/stack/appsyncSchema.js'
import { RESOLVER_CODE } from '../../../src/deploy/stack/resolverCode.js'
import { DEFAULT_FUNCTION_SETTINGS } from '../../../src/model/functions.js'
import type { Project } from '../../../src/model/types.js'
import { openEmbeddedHost, SCENARIO_SCHEMA } from '../../scenarios/embeddedHost.js'
import type { ScenarioAnswer } from '../../scenarios/scenarioHost.js'
import { type AppSync, openAppSync } from '../host/appSync.js'
import { lambdaBundles } from '../host/lambdaBundles.js'
import { type LambdaService, startLambdaService } from '../host/lambdaService.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'

type Values = Readonly<Record<string, unknown>>

/** The bundled functions of a project, behind an emulated AppSync. */
export interface DeployedOperations {
  readonly api: AppSync
  readonly functions: LambdaService
  /** Name of the function of a field. */
  nameOf(field: string): string
  /** Records that a field's function has written. */
  records(field: string): readonly Values[]
  close(): Promise<void>
}

/** Both hosts of the scenarios' schema: the embedded one, and the functions on DynamoDB Local. */
export interface OperationsTest extends DeployedOperations {
  readonly endpoint: string
  readonly table: string
  /** Asks both and answers what they say, which must be the same but for random ids and times. */
  both(query: string, variables?: Values): Promise<{ embedded: ScenarioAnswer; aws: ScenarioAnswer }>
  /** The same functions with other surroundings. */
  deploy(environment: Values, timeoutMs?: number): Promise<DeployedOperations>
}

export async function openOperationsTest(): Promise<OperationsTest> {
  const [server, embedded, project] = await Promise.all([
    startDynamoDbLocal(),
    openEmbeddedHost(),
    compiled(),
  ])
  const admin = dynamoDbClient(server.settings)
  const table = await createProjectTable(admin, 'OCG-scenarios')
  admin.destroy()
  const deploy = (environment: Values, timeoutMs = 30_000) =>
    deployOperations(
      project,
      { AWS_ENDPOINT_URL_DYNAMODB: server.endpoint, DYNAMODB_TABLE_NAME: table, ...environment },
      timeoutMs,
    )
  const deployed = await deploy({})
  return {
    ...deployed,
    endpoint: server.endpoint,
    table,
    deploy,
    async both(query, variables) {
      const [here, there] = await Promise.all([
        embedded.execute(query, variables),
        deployed.api.execute(query, variables),
      ])
      return { embedded: comparable(here), aws: comparable(there) }
    },
    async close() {
      await deployed.close()
      await embedded.close()
      await server.close()
    },
  }
}

async function deployOperations(
  project: Project,
  environment: Values,
  timeoutMs: number,
): Promise<DeployedOperations> {
  const bundles = await lambdaBundles()
  const planned = planFunctions(project, DEFAULT_FUNCTION_SETTINGS).flatMap(({ operation, ...rest }) =>
    operation ? [{ operation, ...rest }] : [],
  )
  const functions = await startLambdaService(
    await Promise.all(
      planned.map(async ({ name, kind, slice }) => ({
        name,
        arn: `arn:aws:lambda:eu-central-1:111122223333:function:${name}`,
        code: zipSync({
          'index.js': await readFile(join(bundles, `${kind}.cjs`)),
          'slice.json': strToU8(JSON.stringify(slice)),
        }),
        environment: {},
        memoryMb: 1024,
        timeoutMs,
        accessKeyId: 'local',
      })),
    ),
    { AWS_REGION: 'eu-central-1', ...(environment as Record<string, string>) },
  )
  const nameOf = (field: string) =>
    planned.find(({ operation }) => operation.field === field)?.name ?? `no function of ${field}`
  const resolvers = planned.map(({ operation: { parent, field }, name }) => ({
    parent,
    field,
    functionName: name,
    code: RESOLVER_CODE,
  }))
  return {
    functions,
    nameOf,
    api: await openAppSync(appsyncSchema(project), resolvers, (name, payload) =>
      functions.invoke(name, payload),
    ),
    // Node's own warnings (this Node is older than the functions') are no records.
    records: (field) =>
      (functions.logs.get(nameOf(field)) ?? [])
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Values),
    close: () => functions.close(),
  }
}

async function compiled(): Promise<Project> {
  const checker = await createSqlChecker()
  try {
    const sources = [{ file: 'schema.graphql', text: SCENARIO_SCHEMA }]
    const result = await compileSchema(sources, { project: 'scenarios', checker })
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
    return result.project
  } finally {
    await checker.close()
  }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

/** An answer without what is another one each time. */
function comparable({ data, errors }: ScenarioAnswer): ScenarioAnswer {
  return {
    ...(data !== undefined && { data: masked(data) as Values }),
    ...(errors && { errors: errors.map(({ message, errorType, path }) => ({ message, errorType, path })) }),
  }
}

function masked(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part, key)]))
  }
  if (typeof value !== 'string') return value
  if (UUID.test(value)) return 'a random id'
  if (name === 'nextToken') return 'a token'
  if (
    (name === 'createdAt' || name === 'updatedAt') &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
  )
    return 'a time'
  return value
}
