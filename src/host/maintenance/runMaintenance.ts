import { setTimeout as sleep } from 'node:timers/promises'
import { DataFolderError } from '../../adapters/embedded/store/dataFolderError.js'
import { openStore } from '../../adapters/embedded/store/openStore.js'
import type { Store } from '../../adapters/embedded/store/store.js'
import { AppError } from '../../errors/appError.js'
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.js'
import type { Json } from '../../model/json.js'
import type { Project } from '../../model/types.js'
import type { Logger } from '../../ports/system.js'
import { type HostOptions, openHost } from '../openHost.js'
import { performMaintenance } from './perform.js'
import type { MaintenanceProgress, MaintenanceWork } from './work.js'

export interface RunOptions {
  readonly folder: string
  /** The model; asked for only when no host runs on the folder. */
  readonly project: () => Promise<Project>
  readonly work: MaintenanceWork
  readonly onProgress?: (progress: MaintenanceProgress) => void
  readonly log?: Logger
  readonly sqlLimits?: HostOptions['sqlLimits']
  readonly lake?: HostOptions['lake']
}

const LOOK_MS = 50

/**
 * Does work on a data folder, whether or not a host runs on it: the running one is asked to do it, and finishes it
 * whatever becomes of the caller; without one, a host is opened for the work.
 *
 * Throws `AppError` for what the work refuses, and for a host that was killed meanwhile (`Internal`); `DataFolderError`.
 */
export async function runMaintenance(options: RunOptions): Promise<Json> {
  const store = await openStore(options.folder)
  try {
    for (;;) {
      if (store.hostLock.holder()) {
        const asked = await askHost(store, options)
        if (asked) return asked.outcome
      }
      try {
        return await workAlone(options)
      } catch (error) {
        // Somebody has opened it meanwhile.
        if (!(error instanceof DataFolderError) || error.reason !== 'inUse') throw error
      }
    }
  } finally {
    await store.close()
  }
}

/** Undefined when the host has left without having begun. */
async function askHost(
  { maintenance, hostLock }: Store,
  { work, onProgress }: RunOptions,
): Promise<{ readonly outcome: Json } | undefined> {
  const id = await maintenance.submit(work as unknown as Json)
  for (;;) {
    const request = maintenance.get(id)
    if (request?.state === 'done') {
      await maintenance.remove(id)
      return { outcome: request.outcome ?? null }
    }
    if (request?.state === 'failed') {
      await maintenance.remove(id)
      const { code, message } = request.failure ?? { code: 'Internal', message: 'The host could not do it.' }
      throw new AppError(isErrorCode(code) ? code : 'Internal', message)
    }
    if (request?.progress) onProgress?.(request.progress as unknown as MaintenanceProgress)
    if (!request || !hostLock.holder()) {
      const last = maintenance.get(id)
      // It ended it just now.
      if (last && last.state !== 'waiting' && last.state !== 'running') continue
      await maintenance.remove(id)
      if (last?.state === 'waiting') return undefined
      throw new AppError(
        'Internal',
        'The host of this folder was ended while it did this. Nothing is damaged: run the same command again.',
      )
    }
    await sleep(LOOK_MS)
  }
}

async function workAlone({
  folder,
  project,
  work,
  onProgress,
  log,
  sqlLimits,
  lake,
}: RunOptions): Promise<Json> {
  const host = await openHost({
    project: await project(),
    folder,
    brief: true,
    ...(log && { log }),
    ...(sqlLimits && { sqlLimits }),
    ...(lake && { lake }),
  })
  try {
    return await performMaintenance(host, work, {
      onProgress: onProgress ?? (() => undefined),
      signal: new AbortController().signal,
    })
  } finally {
    await host.close()
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(code)
}
