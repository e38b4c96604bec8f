import type { Logger } from '../../ports/system.js'
import { isTimeUp, type RuntimeContext, type TaskContext } from '../context.js'
import { trackExecution } from './trackExecution.js'

/** An event may come before its task is stored, and the store may be busy: pauses in milliseconds between attempts. */
const PAUSES = [20, 50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000]

export interface Following {
  readonly log: Logger
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** Pauses between tries in milliseconds. Default: 9 of them, 16 seconds together. */
  readonly pauses?: readonly number[]
}

/**
 * Brings a task up to date with its execution, which has ended, trying again for a while when the task isn't there yet
 * or something fails. Answers `unknownTask` for an execution that has no task; throws what failed last.
 */
export async function followExecution(
  context: TaskContext & Pick<RuntimeContext, 'remainingMs'>,
  executionId: string,
  { log, sleep, pauses = PAUSES }: Following,
): Promise<'unknownTask' | 'tracked'> {
  let failure: { readonly error: unknown } | undefined
  for (const pause of [0, ...pauses]) {
    if (pause > 0 && isTimeUp(context)) break
    if (pause > 0) await sleep(pause)
    try {
      if ((await trackExecution(context, executionId)) === 'tracked') return 'tracked'
      failure = undefined
    } catch (error) {
      failure = { error }
      log.warn('A task could not be brought up to date and is tried again', { executionId, error })
    }
  }
  if (failure) throw failure.error
  return 'unknownTask'
}
