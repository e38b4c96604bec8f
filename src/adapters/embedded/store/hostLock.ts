import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../../ports/system.js'
import type { Committer } from './committer.js'
import { DataFolderError } from './dataFolderError.js'
import { type Environment, renewReads } from './environment.js'
import type { HostClaim, HostLock } from './hostClaim.js'
import { metaValue, putMetaValue, removeMetaValue } from './meta.js'

/** The host's claim as a value of the store, kept alive by a heartbeat. */
export function lmdbHostLock(
  environment: Environment,
  committer: Committer,
  clock: Clock,
  folder: string,
): HostLock {
  // Tells this claim from an earlier one of a process with the same pid, as in a restarted container.
  const token = randomUUID()
  let heartbeat: NodeJS.Timeout | undefined
  let heldUntil = 0
  const stop = () => {
    clearInterval(heartbeat)
    heartbeat = undefined
    heldTokens.delete(token)
  }

  /** Changes our claim, if it still is ours; answers who else has it. */
  const renew = (change: Partial<StoredClaim>): Promise<{ ours: boolean; holder?: HostClaim }> => {
    return committer.run(({ now }) => {
      const claim = readClaim(environment)
      if (claim?.token !== token) return { ours: false, ...(claim && { holder: publicClaim(claim) }) }
      putMetaValue(
        environment,
        CLAIM,
        JSON.stringify({ ...claim, ...change, heartbeatAt: Math.max(now, heldUntil) }),
      )
      return { ours: true }
    })
  }

  return {
    async claim({ url, brief = false, onLost } = {}) {
      const tryToClaim = () =>
        committer.run(({ now }) => {
          const claim = readClaim(environment)
          if (claim && claim.token !== token && isAlive(claim, now)) return claim
          const ours = { token, pid: process.pid, hostname: hostname(), claimedAt: now, heartbeatAt: now }
          const own = { ...ours, ...(url && { url }), ...(brief && { brief }) }
          putMetaValue(environment, CLAIM, JSON.stringify(own))
          heldTokens.add(token)
          return undefined
        })
      const giveUp = Date.now() + BRIEF_MS
      for (let other = await tryToClaim(); other; other = await tryToClaim()) {
        if (brief || !other.brief || Date.now() > giveUp) throw inUse(folder, other)
        await sleep(BRIEF_LOOK_MS)
      }
      clearInterval(heartbeat)
      heartbeat = setInterval(async () => {
        // A heartbeat that can't be written is one that others don't hear: the next one tells who took over.
        const result = await renew({}).catch(() => undefined)
        if (result?.ours !== false || !heartbeat) return
        stop()
        onLost?.(result.holder)
      }, HEARTBEAT_MS)
      heartbeat.unref()
    },

    async setUrl(url) {
      const { ours } = await renew({ url })
      if (!ours) throw new Error('invariant: only the host of a folder says where it answers')
    },

    async hold(milliseconds) {
      heldUntil = clock.now() + milliseconds
      await renew({})
    },

    holder() {
      renewReads(environment)
      const claim = readClaim(environment)
      return claim && isAlive(claim, clock.now()) ? publicClaim(claim) : undefined
    },

    async release() {
      if (!heartbeat) return
      stop()
      await committer.run(() => {
        if (readClaim(environment)?.token === token) removeMetaValue(environment, CLAIM)
      })
    },
  }
}

/** A claim not renewed for this long is void. */
export const CLAIM_LIFETIME_MS = 15_000

const HEARTBEAT_MS = 3_000

/** Work on a large folder takes minutes. */
const BRIEF_MS = 15 * 60_000
const BRIEF_LOOK_MS = 100

const CLAIM = 'hostLock'

interface StoredClaim extends HostClaim {
  readonly token: string
}

/** Claims that stores of this very process hold. */
const heldTokens = new Set<string>()

function readClaim(environment: Environment): StoredClaim | undefined {
  const text = metaValue(environment, CLAIM)
  return text === undefined ? undefined : (JSON.parse(text) as StoredClaim)
}

function publicClaim({ token: _token, ...claim }: StoredClaim): HostClaim {
  return claim
}

function isAlive(claim: StoredClaim, now: number): boolean {
  if (now - claim.heartbeatAt > CLAIM_LIFETIME_MS) return false
  // Another machine's processes, or another container's, can't be looked up: its heartbeat counts.
  if (claim.hostname !== hostname()) return true
  return claim.pid === process.pid ? heldTokens.has(claim.token) : isRunning(claim.pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // The process exists and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function inUse(folder: string, { pid, url, hostname: name }: StoredClaim): DataFolderError {
  const where = name === hostname() ? `process ${pid}` : `process ${pid} on ${name}`
  const answers = url ? `, which answers at ${url}` : ''
  return new DataFolderError('inUse', `The data folder ${folder} is already served by ${where}${answers}.`)
}
