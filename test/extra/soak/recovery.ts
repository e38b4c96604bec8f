import { setTimeout as sleep } from 'node:timers/promises'
import type { Ask } from './api.js'

/** A write of a row of any size. */
export const WRITE = 'mutation ($label: String!) { createShelf(input: { label: $label }) { id } }'

export interface Backend {
  readonly ask: Ask
  readonly url: string
  /** Whether `ocg lake publish` has succeeded. */
  publish(): Promise<boolean>
}

/** How long things may take to go on once the disk is well. */
const RECOVERY_MS = 60_000

/** Waits until writes, `/health`, tasks and publications have gone on by themselves; a line about each. */
export async function allGoesOn({
  ask,
  url,
  publish,
}: Backend): Promise<{ isWell: boolean; text: string }[]> {
  const signs: Readonly<Record<string, () => Promise<boolean>>> = {
    writes: async () => (await ask(WRITE, { label: 'y' })).kind === 'data',
    '/health': async () => (await fetch(`${url}/health`)).status === 200,
    tasks: () => taskSucceeds(ask),
    publication: publish,
  }
  const lines: { isWell: boolean; text: string }[] = []
  for (const [what, isWell] of Object.entries(signs)) lines.push(await untilWell(what, isWell))
  return lines
}

async function untilWell(what: string, isWell: () => Promise<boolean>) {
  const from = Date.now()
  while (!(await isWell())) {
    if (Date.now() - from > RECOVERY_MS) return { isWell: false, text: `${what} did not go on` }
    await sleep(100)
  }
  return { isWell: true, text: `  ${what} went on after ${Date.now() - from} ms` }
}

async function taskSucceeds(ask: Ask): Promise<boolean> {
  const answer = await ask('mutation { triggerTaskPlaced { taskId } }')
  if (answer.kind !== 'data') return false
  const { taskId } = answer.data.triggerTaskPlaced as { taskId: string }
  for (;;) {
    const state = await ask(`{ taskResultPlaced(taskId: "${taskId}") { taskStatus result { bookId } } }`)
    if (state.kind !== 'data') return false
    const { taskStatus } = state.data.taskResultPlaced as { taskStatus: string }
    if (taskStatus !== 'RUNNING') return taskStatus === 'SUCCEEDED'
    await sleep(50)
  }
}
