import type { Output } from '../output.js'
import { endNow } from './endOnFailure.js'

/** When a serving command ends. */
export interface Shutdown {
  /** Resolves at the first SIGINT or SIGTERM, or when `request` is called. A second signal ends the process at once. */
  readonly requested: Promise<void>
  readonly isRequested: () => boolean
  request(): void
}

export function awaitShutdown(output: Output): Shutdown {
  let isRequested = false
  let request = () => {}
  const requested = new Promise<void>((resolve) => {
    request = () => {
      isRequested = true
      resolve()
    }
  })
  const onSignal = () => {
    if (isRequested) return endNow()
    if (!output.json) output.note('\nShutting down … (again to force)')
    request()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { requested, isRequested: () => isRequested, request: () => request() }
}
