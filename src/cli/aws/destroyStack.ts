import { CliError } from '../cliError.js'
import type { Output } from '../output.js'
import { startProgress } from '../progress.js'
import { explainFailure } from './explainFailure.js'
import { loadPackage } from './loadPackage.js'

/** How long a stack may take to go, in seconds. */
const MOST_SECONDS = 3600

/** Has CloudFormation delete a stack; what holds data is retained by its template. Throws `CliError` with the reason of a failure. */
export async function destroyStack(stack: string, output: Output): Promise<void> {
  const cf = await loadPackage(() => import('@aws-sdk/client-cloudformation'))
  const client = new cf.CloudFormationClient({})
  const progress = startProgress(output)
  const started = new Date()
  const ticking = setInterval(
    () =>
      progress.update(() => `Deleting ${stack}: ${Math.round((Date.now() - started.getTime()) / 1000)} s`),
    1000,
  )
  try {
    const { Stacks } = await client.send(new cf.DescribeStacksCommand({ StackName: stack }))
    // A deleted stack is found by its id only.
    const StackName = Stacks?.[0]?.StackId ?? stack
    await client.send(new cf.DeleteStackCommand({ StackName }))
    const fast = Number(process.env.OCG_POLL_MS) > 0
    await cf.waitUntilStackDeleteComplete(
      { client, maxWaitTime: MOST_SECONDS, minDelay: fast ? 1 : 5, maxDelay: fast ? 1 : 15 },
      { StackName },
    )
  } catch (cause) {
    const failure = await explainFailure(stack, started).catch(() => undefined)
    if (!failure) throw cause
    throw new CliError(
      'environment',
      `The stack could not be deleted. ${failure.id} (${failure.type}): ${failure.reason}`,
      {
        hint: 'Remove the cause and run ocg destroy again.',
        cause,
      },
    )
  } finally {
    clearInterval(ticking)
    progress.clear()
    client.destroy()
  }
}
