import { type App, DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib/core'
import type { IConstruct } from 'constructs'
import { addAlarms } from './alarms.js'
import { addApi } from './api.js'
import { addDashboard } from './dashboard.js'
import { addDataResources } from './dataResources.js'
import type { Deployment } from './deployment.js'
import { addOperationGroups } from './operationGroups.js'
import { addOutputs } from './outputs.js'
import { addProjectFunctions } from './projectFunctions.js'
import { addQueues } from './queueResources.js'
import { addRoles } from './roles.js'
import { addSqlResources } from './sqlResources.js'

/** A project's stack with its nested stacks. `writeSchema` puts a large schema among the assembly's files. */
export function buildStack(
  app: App,
  deployment: Deployment,
  writeSchema: (sdl: string) => { readonly file: string; readonly hash: string },
): Stack {
  const { names, project, settings } = deployment
  const stack = new Stack(app, names.stack, {
    stackName: names.stack,
    description: `${project.name}: a GraphQL backend made by oc-graphql.`,
    // The toolkit looks at the bootstrap's version itself.
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
  })
  const data = addDataResources(stack, deployment)
  const sql = addSqlResources(stack, deployment)
  const queues = addQueues(stack, deployment)
  const roles = addRoles(stack, deployment, data)
  const roleArns = new Map([...roles].map(([id, role]) => [id, role.attrArn]))
  const functions = addProjectFunctions(stack, roleArns, data, queues, deployment)
  const api = addApi(stack, deployment, writeSchema)
  const dependencies = [api.schema, sql.database]
  const groups = addOperationGroups(stack, { api, roleArns, dependencies }, deployment)
  addAlarms(stack, api, deployment)
  addDashboard(stack, api, deployment)
  addOutputs(stack, api, deployment)
  tag([stack], {
    ...settings.tags,
    project: settings.baseName,
    environment: settings.environment ?? 'default',
  })
  // What the bill is split by.
  tag([data.table, data.lake], { part: 'data' })
  tag([sql.workgroup, data.results, functions.executionTracker], { part: 'sql' })
  tag([queues.cascade, queues.deletion, functions.cascadeListener, functions.deletionListener], {
    part: 'deletion',
  })
  tag([functions.streamProcessor, queues.streamDeadLetters], { part: 'changes' })
  if (functions.lakeKeeper) tag([functions.lakeKeeper], { part: 'changes' })
  if (sql.keeperWorkgroup) tag([sql.keeperWorkgroup], { part: 'changes' })
  tag([api.api, ...groups], { part: 'api' })
  return stack
}

function tag(constructs: readonly IConstruct[], tags: Readonly<Record<string, string>>): void {
  for (const construct of constructs) {
    for (const [key, value] of Object.entries(tags)) Tags.of(construct).add(key, value)
  }
}
