import { Fn } from 'aws-cdk-lib/core'
import { sha256Hex } from '../../model/keys.js'
import type { Project } from '../../model/types.js'
import type { FunctionAsset } from '../assets/functionAssets.js'
import type { DeploymentSettings } from '../config/settings.js'
import type { resourceNames } from '../plan/names.js'
import type { PlannedFunction } from '../plan/planFunctions.js'

/** What every part of the stack is made from. */
export interface Deployment {
  /** Under its full name, with the environment. */
  readonly project: Project
  readonly settings: DeploymentSettings
  readonly names: ReturnType<typeof resourceNames>
  readonly functions: readonly PlannedFunction[]
  /** By the name of the function. */
  readonly assets: ReadonlyMap<string, FunctionAsset>
}

/** A text with CloudFormation's pseudo parameters: `arn:${AWS::Partition}:...`. */
export function sub(text: string): string {
  return Fn.sub(text)
}

/** ARN of a resource in the deployment's own region and account. */
export function arn(service: string, resource: string): string {
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`)
}

export function bucketArn(prefix: string, path = ''): string {
  return sub(`arn:\${AWS::Partition}:s3:::${prefix}\${AWS::AccountId}${path}`)
}

export function bucketName(prefix: string): string {
  return sub(`${prefix}\${AWS::AccountId}`)
}

export function queueUrl(queue: string): string {
  return sub(`https://sqs.\${AWS::Region}.\${AWS::URLSuffix}/\${AWS::AccountId}/${queue}`)
}

/**
 * Pattern of the names of the functions behind the API's fields: 16 characters after the prefix. No function of another
 * project has such a name, and of this one's own functions only the stream processor does.
 */
export function apiFunctionPattern(project: string): string {
  return `OCG-${project}-${'?'.repeat(16)}`
}

/** `createUser` to `CreateUser`. */
export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/**
 * A name of the schema as a part of a logical id, which has letters and digits alone: another one for each name, `a_b` and
 * `ab` included.
 */
export function idPart(name: string): string {
  if (!name.includes('_')) return pascal(name)
  return `${pascal(name.replaceAll('_', ''))}${sha256Hex(name).slice(0, 8)}`
}
