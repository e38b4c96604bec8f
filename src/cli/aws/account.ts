import { loadPackage } from './loadPackage.js'

export interface Caller {
  /** Twelve digits. */
  readonly account: string
  readonly arn: string
}

/** Whose credentials these are. Throws what the SDK throws without any. */
export async function callerIdentity(): Promise<Caller> {
  const { STSClient, GetCallerIdentityCommand } = await loadPackage(() => import('@aws-sdk/client-sts'))
  const client = new STSClient({})
  try {
    const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}))
    return { account: Account, arn: Arn }
  } finally {
    client.destroy()
  }
}
