import { loadPackage } from './loadPackage.js'

/** What a deployment does by itself; all else CloudFormation does with the bootstrap's role. */
export const DEPLOYING_ACTIONS = [
  'sts:AssumeRole',
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Scan',
  'ssm:GetParameter',
] as const

/** Which of the actions the caller may not do. Throws when the caller may not ask. */
export async function deniedActions(callerArn: string): Promise<readonly string[]> {
  const { IAMClient, SimulatePrincipalPolicyCommand } = await loadPackage(() => import('@aws-sdk/client-iam'))
  const client = new IAMClient({})
  try {
    const { EvaluationResults = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: principalOf(callerArn),
        ActionNames: [...DEPLOYING_ACTIONS],
      }),
    )
    return EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== 'allowed').map(
      ({ EvalActionName = '' }) => EvalActionName,
    )
  } finally {
    client.destroy()
  }
}

/** The role behind a session: policies hang on roles, not on sessions. */
export function principalOf(arn: string): string {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn)
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn
}
