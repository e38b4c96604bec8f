import { access, constants, mkdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Clock } from '../../../ports/system.js'
import { DataFolderError } from './dataFolderError.js'
import { lmdbDeadLetters } from './deadLetters.js'
import { type Environment, GATE_FOLDER, openEnvironment, storeClosed } from './environment.js'
import { lmdbExecutions } from './executions.js'
import { lmdbFeed } from './feed.js'
import { lmdbFieldHistory } from './fieldHistoryText.js'
import { checkFormat, settleFormat } from './format.js'
import { lmdbHostLock } from './hostLock.js'
import { lmdbItemTable } from './lmdbItemTable.js'
import { lmdbMaintenance } from './maintenance.js'
import { lmdbQueue } from './queues.js'
import { scrubStore } from './scrub/scrub.js'
import { createSendNotices } from './sendNotices.js'
import { openSession, type Session } from './session.js'
import type { QueueMessages, QueueName, Store, StoreQueue } from './store.js'
import { inspectStoreFile } from './storeFile.js'
import { storeStats } from './storeStats.js'

export interface OpenStoreOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/**
 * Opens the store of a data folder, which is made with mode 0700 when it is missing. Any number of processes may do
 * so at the same time. The store's files are in the folder's subfolder `store`; the rest of the folder is free.
 *
 * Throws `DataFolderError`.
 */
export async function openStore(folder: string, { clock = Date }: OpenStoreOptions = {}): Promise<Store> {
  const files = await makeFolder(folder)
  const session = await openSession(files, clock, () => openFiles(folder, files))
  const { environment, committer } = session
  const id = await settle(session, folder)
  const notices = createSendNotices()
  const queues = {
    cascade: lmdbQueue(environment, committer, notices, clock, 'cascade'),
    deletion: lmdbQueue(environment, committer, notices, clock, 'deletion'),
  }
  const hostLock = lmdbHostLock(environment, committer, clock, folder)
  const deadLetters = lmdbDeadLetters(environment, committer, notices)
  // A process that was killed while it read leaves its snapshot, and the file grows as long as it seems to be in use.
  const readers = setInterval(() => clearReaders(environment), READER_CHECK_MS).unref()
  let scrubbing: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined

  return {
    folder,
    id,
    table: lmdbItemTable(environment, committer),
    feed: lmdbFeed(environment, committer, notices),
    deadLetters,
    executions: lmdbExecutions(environment, committer),
    hostLock,
    maintenance: lmdbMaintenance(environment, committer),
    fieldHistory: lmdbFieldHistory(environment, committer),
    queue: <Name extends QueueName>(name: Name) => queues[name] as StoreQueue<QueueMessages[Name]>,
    stats: () => storeStats(environment, queues, deadLetters),
    failedAt: committer.failedAt,
    onDamage: committer.onDamage,
    scrub(options) {
      const work = scrubbing.then(() => {
        if (closing) throw storeClosed()
        return scrubStore(environment, join(files, DATA_FILE), options)
      })
      scrubbing = work.catch(() => undefined)
      return work
    },
    close() {
      clearInterval(readers)
      closing ??= scrubbing.then(() => hostLock.release()).finally(session.close)
      return closing
    },
  }
}

const READER_CHECK_MS = 30_000
/** The file of the store, and of its gate, in the folder of each. */
export const DATA_FILE = 'data.mdb'

function clearReaders({ root }: Environment): void {
  try {
    root.readerCheck()
  } catch {
    // Given up after a commit that failed, and not yet opened again: the one in its place is looked at the next time.
  }
}

async function makeFolder(folder: string): Promise<string> {
  const files = join(resolve(folder), 'store')
  try {
    await mkdir(files, { recursive: true, mode: 0o700 })
    await access(files, constants.R_OK | constants.W_OK | constants.X_OK)
    // Without links, so that one folder has one name.
    return await realpath(files)
  } catch (cause) {
    throw new DataFolderError(
      'unwritable',
      `The data folder ${folder} can't be made or written: ${reasonOf(cause)}.`,
      { cause },
    )
  }
}

async function openFiles(folder: string, files: string): Promise<Environment> {
  try {
    for (const part of [files, join(files, GATE_FOLDER)]) {
      const mistake = await inspectStoreFile(join(part, DATA_FILE))
      if (mistake) throw new DataFolderError('corrupt', `The store's file in ${folder} ${mistake}.`)
    }
    return openEnvironment(files, (environment) => checkFormat(environment, folder))
  } catch (cause) {
    if (cause instanceof DataFolderError) throw cause
    if (isAccessFailure(cause)) {
      throw new DataFolderError(
        'unwritable',
        `The store in ${folder} can't be written: ${reasonOf(cause)}.`,
        {
          cause,
        },
      )
    }
    throw new DataFolderError('corrupt', `The files in ${folder} are no store, or a damaged one.`, { cause })
  }
}

async function settle({ environment, committer, close }: Session, folder: string): Promise<string> {
  try {
    return await committer.run(() => settleFormat(environment, folder))
  } catch (error) {
    await close()
    throw error
  }
}

/** Node's short name of a failure, such as EACCES. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return typeof code === 'string' ? code : message
}

/** Whether the system refused access; LMDB tells its numbers, Node its names. */
function isAccessFailure(cause: unknown): boolean {
  const { errno, syscall, code } = cause as NodeJS.ErrnoException
  return (errno !== undefined && syscall !== undefined) || ACCESS_CODES.has(Number(code))
}

/** EPERM, EACCES, ENOSPC and EROFS. */
const ACCESS_CODES = new Set([1, 13, 28, 30])
