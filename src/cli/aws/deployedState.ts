import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation'
import { schemaLocationOf } from '../../deploy/diff/dataChanges.js'
import type { DeploymentState } from '../../deploy/diff/diffDeployments.js'
import type { Template } from '../../deploy/diff/template.js'
import { CliError } from '../cliError.js'
import { nestedName } from './assembly.js'
import { loadPackage } from './loadPackage.js'
import { withoutStaticNames } from './staticNames.js'

/** A stack as CloudFormation has it. */
export interface DeployedStack extends DeploymentState {
  readonly stackId: string
  /** `UPDATE_COMPLETE`, … */
  readonly status: string
  readonly outputs: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

/** Reads a deployed stack with its nested ones; undefined when there is none, or only an attempt that left nothing. */
export async function readDeployed(stackName: string): Promise<DeployedStack | undefined> {
  const { CloudFormationClient } = await loadPackage(() => import('@aws-sdk/client-cloudformation'))
  const client = new CloudFormationClient({})
  try {
    const stack = await describeStack(client, stackName)
    if (!stack || EMPTY.has(String(stack.StackStatus))) return undefined
    const templates: Record<string, Template> = { '': await templateOf(client, stackName) }
    for (const { id, physical } of await nestedStacks(client, stackName)) {
      templates[nestedName(id)] = await templateOf(client, physical)
    }
    const location = schemaLocationOf(templates)
    return {
      stackId: stack.StackId ?? stackName,
      status: String(stack.StackStatus),
      outputs: Object.fromEntries((stack.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue])),
      parameters: Object.fromEntries(
        (stack.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue]),
      ),
      templates: withoutStaticNames(templates, stack.StackId?.split(':')[4] ?? ''),
      ...(location && { sdl: await readSchema(location, stack.StackId ?? '') }),
    }
  } finally {
    client.destroy()
  }
}

/** Whether there is a stack, be it only what a first deployment has left that failed. */
export async function hasStack(stackName: string): Promise<boolean> {
  const { CloudFormationClient } = await loadPackage(() => import('@aws-sdk/client-cloudformation'))
  const client = new CloudFormationClient({})
  try {
    const stack = await describeStack(client, stackName)
    return stack !== undefined && stack.StackStatus !== 'DELETE_COMPLETE'
  } finally {
    client.destroy()
  }
}

/** Nothing is deployed in these. */
const EMPTY = new Set(['REVIEW_IN_PROGRESS', 'DELETE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])

async function describeStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }))
    return Stacks?.[0]
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return undefined
    throw error
  }
}

async function templateOf(client: CloudFormationClient, stack: string): Promise<Template> {
  const { GetTemplateCommand } = await import('@aws-sdk/client-cloudformation')
  const { TemplateBody = '{}' } = await client.send(
    new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
  )
  // Ours are JSON; a stack of that name that somebody made in YAML is not ours.
  if (!TemplateBody.trimStart().startsWith('{')) {
    throw new CliError('input', `The stack ${stack} was not made by ocg.`, {
      hint: 'Give the project another name with -n.',
    })
  }
  return JSON.parse(TemplateBody) as Template
}

async function nestedStacks(
  client: CloudFormationClient,
  name: string,
): Promise<{ readonly id: string; readonly physical: string }[]> {
  const { paginateListStackResources } = await import('@aws-sdk/client-cloudformation')
  const found: { id: string; physical: string }[] = []
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    for (const one of page.StackResourceSummaries ?? []) {
      if (one.ResourceType !== 'AWS::CloudFormation::Stack' || !one.PhysicalResourceId) continue
      found.push({ id: one.LogicalResourceId ?? '', physical: one.PhysicalResourceId })
    }
  }
  return found
}

/** A large schema lies among the uploaded files; `location` is its address with the placeholders of templates. */
async function readSchema(location: string, stackId: string): Promise<string> {
  const [, , , region = '', account = ''] = stackId.split(':')
  const known: Readonly<Record<string, string>> = { AccountId: account, Region: region, Partition: 'aws' }
  const address = location.replace(/\$\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
  const [bucket = '', ...key] = address.replace(/^s3:\/\//, '').split('/')
  const [{ s3Client }, { s3ObjectStore }] = await Promise.all([
    import('../../adapters/aws/clients/s3Client.js'),
    import('../../adapters/aws/s3/s3ObjectStore.js'),
  ])
  const client = s3Client()
  try {
    const bytes = await s3ObjectStore({ client, bucket }).get(key.join('/'))
    return new TextDecoder().decode(bytes)
  } finally {
    client.destroy()
  }
}
