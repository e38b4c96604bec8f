import { CliError } from '../cliError.js'
import type { SchemaOptions } from '../commonOptions.js'
import { compileSchema } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { type Caller, callerIdentity } from './account.js'
import { awsFailure } from './awsFailure.js'
import { LEAST_BOOTSTRAP, readBootstrap } from './bootstrap.js'
import { loadPackage, missingPackage } from './loadPackage.js'
import { deniedActions } from './permissionCheck.js'

/** One thing that a deployment needs. */
export interface Check {
  readonly name: 'node' | 'schema' | 'packages' | 'region' | 'credentials' | 'bootstrap' | 'permissions'
  /** `unknown`: it could not be looked at. */
  readonly state: 'ok' | 'missing' | 'unknown'
  readonly message: string
  readonly hint?: string
}

/** Looks at everything that a deployment needs; what builds on something missing is not looked at. */
export async function examine(options: SchemaOptions): Promise<readonly Check[]> {
  const checks: Check[] = [
    nodeCheck(process.versions.node),
    await schemaCheck(options),
    await packagesCheck(),
  ]
  if (checks.at(-1)?.state !== 'ok') return checks
  const region = await regionOrCheck()
  if (typeof region !== 'string') return [...checks, region]
  checks.push({ name: 'region', state: 'ok', message: `${region}.` })
  const caller = await callerOrCheck()
  if ('state' in caller) return [...checks, caller]
  checks.push({ name: 'credentials', state: 'ok', message: `${caller.arn} in account ${caller.account}.` })
  checks.push(await bootstrapCheck(), await permissionsCheck(caller, region, options))
  return checks
}

/** Least version of Node.js. */
const LEAST_NODE = 20

export function nodeCheck(version: string): Check {
  const isNew = Number(version.split('.', 1)[0]) >= LEAST_NODE
  const message = `Node.js ${version}.`
  return isNew
    ? { name: 'node', state: 'ok', message }
    : { name: 'node', state: 'missing', message, hint: `Install Node.js ${LEAST_NODE} or later.` }
}

async function schemaCheck(options: SchemaOptions): Promise<Check> {
  try {
    const chosen = await projectOptions(options)
    const { file, baseName, env, configFile } = chosen
    const { project, diagnostics } = await compileSchema(file, baseName, env, chosen.config.large)
    if (!project) {
      const message = `It has ${diagnostics.length} ${diagnostics.length === 1 ? 'mistake' : 'mistakes'}.`
      return { name: 'schema', state: 'missing', message, hint: 'See: ocg validate' }
    }
    const { settingsOf } = await import('../config/settingsOf.js')
    settingsOf(project, chosen)
    const count = project.operations.length
    const from = configFile === undefined ? '' : ` Settings of ${configFile}.`
    return { name: 'schema', state: 'ok', message: `${project.name}: ${count} operations.${from}` }
  } catch (error) {
    const { message, hint } = error as CliError
    if (!(error instanceof CliError)) throw error
    return { name: 'schema', state: 'missing', message, ...(hint !== undefined && { hint }) }
  }
}

async function packagesCheck(): Promise<Check> {
  const missing: string[] = []
  const needed = [
    () => import('@aws-sdk/client-sts'),
    () => import('@aws-sdk/client-cloudformation'),
    () => import('@aws-sdk/client-dynamodb'),
    () => import('@aws-sdk/client-s3'),
    () => import('@aws-sdk/client-ssm'),
    () => import('aws-cdk-lib/core'),
    () => import('@aws-cdk/toolkit-lib'),
  ]
  for (const load of needed) {
    try {
      await loadPackage(load)
    } catch (error) {
      const name = missingPackage((error as Error).cause)
      if (name === undefined) throw error
      missing.push(name)
    }
  }
  return missing.length === 0
    ? { name: 'packages', state: 'ok', message: 'The CDK and the clients of AWS are installed.' }
    : {
        name: 'packages',
        state: 'missing',
        message: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed.`,
        hint: `npm install ${missing.join(' ')}`,
      }
}

async function regionOrCheck(): Promise<string | Check> {
  const { STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient({})
  try {
    return await client.config.region()
  } catch {
    const hint = 'Set AWS_REGION, or a region in the profile.'
    return { name: 'region', state: 'missing', message: 'The region of AWS is not set.', hint }
  } finally {
    client.destroy()
  }
}

async function callerOrCheck(): Promise<Caller | Check> {
  try {
    return await callerIdentity()
  } catch (error) {
    return { name: 'credentials', state: 'missing', ...inWords(error) }
  }
}

async function bootstrapCheck(): Promise<Check> {
  const name = 'bootstrap'
  const hint = 'Prepare the account and region once: npx cdk bootstrap'
  try {
    const found = await readBootstrap()
    if (found.state === 'ready') return { name, state: 'ok', message: `The CDK's, version ${found.version}.` }
    if (found.state === 'missing') return { name, state: 'missing', message: "The CDK's is not there.", hint }
    const message = `The CDK's has version ${found.version}, and ${LEAST_BOOTSTRAP} is needed.`
    return { name, state: 'missing', message, hint }
  } catch (error) {
    return { name, state: 'unknown', ...inWords(error) }
  }
}

async function permissionsCheck(caller: Caller, region: string, options: SchemaOptions): Promise<Check> {
  const name = 'permissions'
  if (/:root$/.test(caller.arn)) {
    const hint = 'Use a role or a user: nobody should work as root.'
    return { name, state: 'ok', message: 'Everything is allowed to root.', hint }
  }
  try {
    const { name: project } = await projectOptions(options)
    const denied = await deniedActions(caller, { project, region })
    if (denied.length === 0)
      return { name, state: 'ok', message: 'What a deployment does by itself is allowed.' }
    const hint = 'docs/aws.md lists the permissions that a deployment needs.'
    return { name, state: 'missing', message: `Not allowed: ${denied.join(', ')}.`, hint }
  } catch {
    const hint = 'It takes iam:SimulatePrincipalPolicy. A deployment says what it is refused.'
    return { name, state: 'unknown', message: 'They could not be looked at.', hint }
  }
}

function inWords(error: unknown): Pick<Check, 'message' | 'hint'> {
  const { message, hint } = awsFailure(error) as CliError
  return { message, ...(hint !== undefined && { hint }) }
}
