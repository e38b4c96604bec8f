import { CfnApiKey, CfnGraphQLApi, CfnGraphQLSchema } from 'aws-cdk-lib/aws-appsync'
import { CfnRole, CfnRolePolicy } from 'aws-cdk-lib/aws-iam'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnParameter, FileAssetPackaging, Fn, type Stack } from 'aws-cdk-lib/core'
import { projectFunctionName } from '../plan/names.js'
import { appsyncSchema } from './appsyncSchema.js'
import { apiFunctionPattern, arn, type Deployment } from './deployment.js'
import { API_KEY_EXPIRES } from './logicalIds.js'
import { assumedBy } from './roles.js'

export interface Api {
  readonly api: CfnGraphQLApi
  readonly schema: CfnGraphQLSchema
  readonly key: CfnApiKey
  readonly logs: CfnLogGroup
  /** Calls the functions behind the fields. */
  readonly invokeRole: CfnRole
}

/** A larger schema is taken from a file, as a template has at most 1 MB. */
const INLINE_SCHEMA_BYTES = 256 * 1024

/** The API with its schema, key and logs. `schemaFile` is the schema as a file of the assembly, `hash` names its content. */
export function addApi(
  stack: Stack,
  deployment: Deployment,
  schemaFile: (sdl: string) => { readonly file: string; readonly hash: string },
): Api {
  const { names, project, settings } = deployment
  const expires = new CfnParameter(stack, API_KEY_EXPIRES, {
    type: 'Number',
    description:
      'When the key of the API expires, in seconds since 1970. AppSync rounds it down to the hour.',
  })
  const logRole = new CfnRole(stack, 'ApiLogRole', {
    description: `Lets AppSync write the logs of ${names.api}.`,
    assumeRolePolicyDocument: assumedBy('appsync.amazonaws.com'),
  })
  const api = new CfnGraphQLApi(stack, 'Api', {
    name: names.api,
    authenticationType: 'API_KEY',
    queryDepthLimit: settings.api.queryDepthLimit,
    resolverCountLimit: settings.api.resolverCountLimit,
    xrayEnabled: settings.xray,
    logConfig: {
      cloudWatchLogsRoleArn: logRole.attrArn,
      fieldLogLevel: 'ERROR',
      excludeVerboseContent: true,
    },
  })
  const logs = new CfnLogGroup(stack, 'ApiLogs', {
    logGroupName: Fn.join('', ['/aws/appsync/apis/', api.attrApiId]),
    retentionInDays: settings.logRetentionDays,
  })
  // Not a part of the role: it names the API, which names the role.
  new CfnRolePolicy(stack, 'ApiLogPolicy', {
    roleName: logRole.ref,
    policyName: 'logs',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: logs.attrArn,
        },
      ],
    },
  })
  const schema = new CfnGraphQLSchema(stack, 'ApiSchema', {
    apiId: api.attrApiId,
    ...schemaSource(stack, appsyncSchema(project), schemaFile),
  })
  const key = new CfnApiKey(stack, 'ApiKey', {
    apiId: api.attrApiId,
    description: `Key of ${names.api}.`,
    expires: expires.valueAsNumber,
  })
  return { api, schema, key, logs, invokeRole: addInvokeRole(stack, deployment) }
}

function schemaSource(
  stack: Stack,
  sdl: string,
  schemaFile: (sdl: string) => { readonly file: string; readonly hash: string },
) {
  if (Buffer.byteLength(sdl) <= INLINE_SCHEMA_BYTES) return { definition: sdl }
  const { file, hash } = schemaFile(sdl)
  const asset = stack.synthesizer.addFileAsset({
    fileName: file,
    packaging: FileAssetPackaging.FILE,
    sourceHash: hash,
    displayName: 'schema',
  })
  return { definitionS3Location: Fn.join('', ['s3://', asset.bucketName, '/', asset.objectKey]) }
}

/** One role for any number of functions: what is not the API's among those of the pattern is denied. */
function addInvokeRole(stack: Stack, { project, names }: Deployment): CfnRole {
  const statement = (effect: 'Allow' | 'Deny', name: string) => {
    return { Effect: effect, Action: 'lambda:InvokeFunction', Resource: arn('lambda', `function:${name}`) }
  }
  return new CfnRole(stack, 'ApiInvokeRole', {
    description: `Lets ${names.api} call the functions behind its fields.`,
    assumeRolePolicyDocument: assumedBy('appsync.amazonaws.com'),
    policies: [
      {
        policyName: 'invoke',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            statement('Allow', apiFunctionPattern(project.name)),
            statement('Deny', projectFunctionName(project.name, 'streamProcessor')),
          ],
        },
      },
    ],
  })
}
