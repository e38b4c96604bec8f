import type { MaintenanceRequest } from '../../adapters/embedded/store/store.js'
import { AppError } from '../../errors/appError.js'
import type { Json } from '../../model/json.js'
import type { Logger } from '../../ports/system.js'
import type { Host } from '../host.js'
import { performMaintenance } from './perform.js'
import type { MaintenanceWork } from './work.js'

/** Other processes' requests are found by looking. */
const LOOK_MS = 100
const PROGRESS_MS = 200
/** How long an ended request waits for whoever asked, who looks several times a second unless gone. */
const KEEP_MS = 10 * 60_000
/** How long a closing host waits for work to end by itself. */
const CLOSE_MS = 2000

/** A failure as a request tells it. */
export function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'Internal', message: `The host could not do it: ${message}` }
}

/**
 * Does what other processes ask of a host's folder, one piece of work after the other; only a look at the status waits
 * for nothing. What a killed host left is told as failed; what a host that closes has not finished waits for the next.
 */
export function startMaintenance(host: Host): { close(): Promise<void> } {
  const { maintenance } = host.store
  const { clock, log } = host.context
  const stop = new AbortController()
  let looking: Promise<void> | undefined
  let working: Promise<void> | undefined

  async function failAbandoned(): Promise<void> {
    const failure = { code: 'Internal', message: 'The host ended while it did this. Run the command again.' }
    for (const { id, state } of maintenance.list()) {
      if (state === 'running') await maintenance.update(id, { state: 'failed', failure })
    }
  }

  async function perform(id: string): Promise<void> {
    const work = (await maintenance.take(id)) as MaintenanceWork | undefined
    if (!work) return
    let told = 0
    let telling: Promise<unknown> = Promise.resolve()
    const onProgress = (progress: object) => {
      if (Date.now() - told < PROGRESS_MS) return
      told = Date.now()
      telling = maintenance.update(id, { progress: progress as Json }).catch(() => undefined)
    }
    const signal = stop.signal
    const ended = performMaintenance(host, work, { onProgress, signal }).then(
      (outcome): Partial<MaintenanceRequest> => ({ state: 'done', outcome }),
      (error: unknown): Partial<MaintenanceRequest> => {
        if (signal.aborted) return { state: 'waiting', work: work as unknown as Json }
        tellFailure(log, work, error)
        return { state: 'failed', failure: failureOf(error) }
      },
    )
    const change = await Promise.race([ended, givenBack(signal, work)])
    await telling
    await maintenance.update(id, change)
  }

  async function look(): Promise<void> {
    const requests = maintenance.list()
    for (const { id, state, changedAt } of requests) {
      const isEnded = state === 'done' || state === 'failed'
      if (isEnded && clock.now() - changedAt > KEEP_MS) await maintenance.remove(id)
    }
    const waiting = requests.filter(({ state }) => state === 'waiting')
    const isStatus = ({ work }: MaintenanceRequest) => (work as { kind?: string }).kind === 'status'
    for (const request of waiting.filter(isStatus)) await perform(request.id)
    const next = waiting.find((request) => !isStatus(request))
    if (!next || working || stop.signal.aborted) return
    working = perform(next.id)
      .catch((error: unknown) => log.error('A request for work on the lake could not be settled', { error }))
      .finally(() => {
        working = undefined
      })
  }

  let isFirst = true
  const timer = setInterval(() => {
    if (looking) return
    // Tried again when the store could not be written: nothing is taken before.
    looking = (isFirst ? failAbandoned() : Promise.resolve())
      .then(() => {
        isFirst = false
        return look()
      })
      .catch((error: unknown) => log.warn('Requests for work on the lake could not be read', { error }))
      .finally(() => {
        looking = undefined
      })
  }, LOOK_MS)

  return {
    async close() {
      stop.abort()
      clearInterval(timer)
      await looking
      await working
    },
  }
}

/** What the work refuses is for whoever asked; the host is as well as before. */
function tellFailure(log: Logger, work: MaintenanceWork, error: unknown): void {
  if (error instanceof AppError && error.code !== 'Internal') {
    log.info('Work on the lake was refused', { work: work.kind, code: error.code })
  } else {
    log.error('Work on the lake has failed', { work: work.kind, error })
  }
}

/** Resolves some time after the abort: the next host then does the work from its start. */
function givenBack(signal: AbortSignal, work: MaintenanceWork): Promise<Partial<MaintenanceRequest>> {
  return new Promise((resolve) => {
    const giveBack = () => {
      setTimeout(() => resolve({ state: 'waiting', work: work as unknown as Json }), CLOSE_MS)
    }
    // It may have begun to close while the request was being taken.
    if (signal.aborted) giveBack()
    else signal.addEventListener('abort', giveBack, { once: true })
  })
}
