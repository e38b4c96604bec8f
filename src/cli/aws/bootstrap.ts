import { loadPackage } from './loadPackage.js'

/** The least version of the CDK's bootstrap that deployments need. Source: the manifest of a cloud assembly. */
export const LEAST_BOOTSTRAP = 6

/** What the CDK keeps in an account for deployments: a bucket for files, and roles. */
export type Bootstrap =
  | { readonly state: 'ready'; readonly version: number }
  | { readonly state: 'missing' }
  | { readonly state: 'old'; readonly version: number }

/** Looks for the CDK's bootstrap in the account and region. It notes its version in a parameter of SSM. */
export async function readBootstrap(): Promise<Bootstrap> {
  const { SSMClient, GetParameterCommand } = await loadPackage(() => import('@aws-sdk/client-ssm'))
  const client = new SSMClient({})
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }),
    )
    const version = Number(Parameter?.Value)
    return version >= LEAST_BOOTSTRAP ? { state: 'ready', version } : { state: 'old', version }
  } catch (error) {
    if ((error as Error).name === 'ParameterNotFound') return { state: 'missing' }
    throw error
  } finally {
    client.destroy()
  }
}
