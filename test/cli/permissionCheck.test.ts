import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { deniedActions } from '../../src/cli/aws/permissionCheck.js'
import { snippetsOf } from '../docs/snippets.js'

interface Statement {
  readonly Sid: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

const ACCOUNT = '111122223333'
const REGION = 'eu-central-1'
const caller = { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/dev` }

/** The policy that docs/aws.md gives to whoever deploys. */
const [policy] = snippetsOf('docs/aws.md')
  .filter(({ language }) => language === 'json')
  .map(({ text }) => JSON.parse(text.replaceAll('ACCOUNT', ACCOUNT).replaceAll('REGION', REGION)))
const documented = (policy as { readonly Statement: readonly Statement[] }).Statement

afterEach(() => vi.unstubAllEnvs())

test('who has the documented permissions, and those alone, lacks none', async () => {
  await withIam(documented, async () => {
    expect(await deniedActions(caller, { project: 'shop', region: REGION })).toEqual([])
    expect(await deniedActions(caller, { project: 'blog', region: REGION })).toContain('dynamodb:Scan')
  })
})

test('what a policy leaves out is named', async () => {
  const less = documented.filter(({ Sid }) => Sid !== 'SeeTheBootstrap')
  await withIam(less, async () => {
    expect(await deniedActions(caller, { project: 'shop', region: REGION })).toEqual(['ssm:GetParameter'])
  })
})

/** An endpoint of IAM that simulates a policy: one action on one resource at a time, `*` where none is given. */
async function withIam(policy: readonly Statement[], use: () => Promise<void>): Promise<void> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const given = [...new URLSearchParams(body)]
    const listOf = (name: string) =>
      given.filter(([key]) => key.startsWith(`${name}.`)).map(([, value]) => value)
    const resources = listOf('ResourceArns')
    const members = listOf('ActionNames').flatMap((action) =>
      (resources.length === 0 ? ['*'] : resources).map((resource) => {
        const isAllowed = policy.some(
          ({ Action, Resource }) =>
            [Action].flat().includes(action) && [Resource].flat().some((glob) => matches(glob, resource)),
        )
        const decision = isAllowed ? 'allowed' : 'implicitDeny'
        return `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision></member>`
      }),
    )
    const results = `<EvaluationResults>${members.join('')}</EvaluationResults><IsTruncated>false</IsTruncated>`
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
          `<SimulatePrincipalPolicyResult>${results}</SimulatePrincipalPolicyResult>` +
          '</SimulatePrincipalPolicyResponse>',
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_IAM', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_REGION', REGION)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  try {
    await use()
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function matches(glob: string, text: string): boolean {
  const pattern = glob.replace(/[.+^$(){}|[\]\\?]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${pattern}$`).test(text)
}
