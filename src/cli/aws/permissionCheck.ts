import { resourceNames } from '../../deploy/plan/names.js'
import type { Caller } from './account.js'
import { loadPackage } from './loadPackage.js'

/** Where a project is deployed, or would be. */
export interface Place {
  /** With its environment. */
  readonly project: string
  readonly region: string
}

interface Calls {
  readonly actions: readonly string[]
  /** ARN of what they are made on, after its partition: a policy may allow them on that alone. */
  readonly on: (place: Place & Pick<Caller, 'account'>) => string
}

/** What a deployment does by itself; all else CloudFormation does with the bootstrap's role. */
const CALLS: readonly Calls[] = [
  {
    actions: ['sts:AssumeRole'],
    on: ({ region, account }) => `iam::${account}:role/cdk-hnb659fds-deploy-role-${account}-${region}`,
  },
  {
    actions: [
      'cloudformation:DescribeStacks',
      'cloudformation:DescribeStackEvents',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
    ],
    on: ({ project, region, account }) =>
      `cloudformation:${region}:${account}:stack/${resourceNames(project).stack}/id`,
  },
  {
    actions: ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'],
    on: ({ project, region, account }) =>
      `dynamodb:${region}:${account}:table/${resourceNames(project).table}`,
  },
  {
    actions: ['s3:ListBucket'],
    on: ({ project, account }) => `s3:::${resourceNames(project).lakeBucketPrefix}${account}`,
  },
  {
    actions: ['ssm:GetParameter'],
    on: ({ region, account }) => `ssm:${region}:${account}:parameter/cdk-bootstrap/hnb659fds/version`,
  },
]

export const DEPLOYING_ACTIONS: readonly string[] = CALLS.flatMap(({ actions }) => actions)

/** Which calls of a deployment the caller may not make on what the project has. Throws when the caller may not ask. */
export async function deniedActions(caller: Caller, place: Place): Promise<readonly string[]> {
  const { IAMClient, SimulatePrincipalPolicyCommand } = await loadPackage(() => import('@aws-sdk/client-iam'))
  const client = new IAMClient({})
  const partition = caller.arn.split(':', 2)[1] ?? 'aws'
  try {
    const answers = await Promise.all(
      CALLS.map(({ actions, on }) =>
        client.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: principalOf(caller.arn),
            ActionNames: [...actions],
            // Without it IAM asks for every resource there is, which is what a careful policy does not allow.
            ResourceArns: [`arn:${partition}:${on({ ...place, account: caller.account })}`],
          }),
        ),
      ),
    )
    return answers
      .flatMap(({ EvaluationResults = [] }) => EvaluationResults)
      .filter(({ EvalDecision }) => EvalDecision !== 'allowed')
      .map(({ EvalActionName = '' }) => EvalActionName)
  } finally {
    client.destroy()
  }
}

/** The role behind a session: policies hang on roles, not on sessions. */
export function principalOf(arn: string): string {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn)
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn
}
