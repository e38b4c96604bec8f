import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import type { Api } from './api.js'
import { bucketName, type Deployment, sub } from './deployment.js'

/** What a deployment answers with, the API's key among it: whoever may read the stack may read the API's keys too. */
export function addOutputs(stack: Stack, { api, key }: Api, { names, project }: Deployment): void {
  const console = (path: string) => sub(`https://\${AWS::Region}.console.aws.amazon.com/${path}`)
  const region = `region=\${AWS::Region}`
  const outputs: Readonly<Record<string, string>> = {
    ApiUrl: api.attrGraphQlUrl,
    ApiId: api.attrApiId,
    ApiKeyId: key.attrApiKeyId,
    ApiKeyValue: key.attrApiKey,
    TableName: names.table,
    LakeBucketName: bucketName(names.lakeBucketPrefix),
    ResultsBucketName: bucketName(names.resultsBucketPrefix),
    DashboardUrl: console(`cloudwatch/home?${region}#dashboards/dashboard/OCG-${project.name}`),
    TableUrl: console(`dynamodbv2/home?${region}#table?name=${names.table}`),
    SqlUrl: console(`athena/home?${region}#/query-editor`),
  }
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value })
}
