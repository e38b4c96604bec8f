import type { DeploymentSettings } from '../../deploy/config/settings.js'
import { resourceNames } from '../../deploy/plan/names.js'
import { API_KEY_EXPIRES } from '../../deploy/stack/logicalIds.js'
import { deploymentStages, writeStage } from '../../deploy/stages.js'
import { CliError } from '../cliError.js'
import type { Output } from '../output.js'
import type { Assembled } from './assemble.js'
import { openToolkit, pollInterval } from './cdkToolkit.js'
import { type DeployedStack, readDeployed } from './deployedState.js'
import { explainFailure } from './explainFailure.js'
import { makeNamesStatic } from './staticNames.js'
import { noteModel } from './storedData.js'

export interface DeployProject {
  readonly assembled: Assembled
  /** Folder of the cloud assembly. */
  readonly out: string
  /** What is deployed now; undefined: nothing. */
  readonly before: DeployedStack | undefined
  /** True when the table or a bucket is there although nothing is deployed: an earlier deployment has left it. */
  readonly adopts: boolean
  readonly account: string
  readonly output: Output
}

const DAY = 24 * 60 * 60

/** Has CloudFormation make what was assembled, and notes the model in the table. Throws `CliError` with the reason of a failure. */
export async function deployProject({
  assembled,
  out,
  before,
  adopts,
  account,
  output,
}: DeployProject): Promise<DeployedStack> {
  const { project, settings, synthesis } = assembled
  const { stack } = resourceNames(project.name)
  const { toolkit, source, lib, end } = await openToolkit(out, output)
  const expires = keyExpiry(before?.parameters[API_KEY_EXPIRES], settings.api.keyDays, Date.now() / 1000)
  const started = new Date()
  try {
    const stages = deploymentStages(synthesis.stacks, new Set(Object.keys(before?.templates ?? {})))
    for (const [index, stage] of stages.entries()) {
      if (stages.length > 1) {
        output.note(`Step ${index + 1} of ${stages.length}: CloudFormation can't make all of it at once.`)
        writeStage(out, synthesis.stacks, stage)
      }
      // What an earlier deployment has kept is taken in again by its name, in the stage that makes the root.
      const importExistingResources = adopts && index === 0
      if (importExistingResources) await makeNamesStatic(out, account)
      await toolkit.deploy(source, {
        stacks: { strategy: lib.StackSelectionStrategy.ALL_STACKS },
        parameters: lib.StackParameters.exactly({ [API_KEY_EXPIRES]: String(expires) }),
        deploymentMethod: {
          method: 'change-set',
          ...(importExistingResources && { importExistingResources }),
        },
        ...pollInterval(),
      })
    }
  } catch (cause) {
    const failure = await explainFailure(stack, started).catch(() => undefined)
    const reason = failure
      ? `${failure.id} (${failure.type}): ${failure.reason}`
      : (cause as Error).message.split('\n', 1)[0]?.replace(/^\W*\S+ failed: /, '')
    throw new CliError('environment', `The deployment has failed. ${reason}`, {
      hint: before
        ? 'CloudFormation goes back to what was deployed before. Remove the cause, and deploy again.'
        : 'Remove the cause, and deploy again: what is left of this one is taken in. Or take it down: ocg destroy',
      cause,
    })
  } finally {
    end()
  }
  await noteModel(project, settings.function.layout)
  const after = await readDeployed(stack)
  if (!after) throw new CliError('environment', `The stack ${stack} is gone after its deployment.`)
  return after
}

/** Whether a stack whose templates are as they should be needs no deployment: it is whole, and its key lives on. */
export function isUpToDate(
  { status, parameters }: DeployedStack,
  { api }: DeploymentSettings,
  now = Date.now() / 1000,
): boolean {
  const present = parameters[API_KEY_EXPIRES]
  return /^(CREATE|UPDATE)_COMPLETE$/.test(status) && String(keyExpiry(present, api.keyDays, now)) === present
}

/**
 * When the API's key expires, in seconds since 1970, on a full hour as AppSync has it. A key keeps its time until half of
 * its life is over, so that a deployment without changes changes nothing.
 */
export function keyExpiry(present: string | undefined, days: number, now: number): number {
  const kept = Number(present)
  if (kept > now + (days * DAY) / 2 && kept <= now + days * DAY) return kept
  return Math.floor((now + days * DAY) / 3600) * 3600
}
