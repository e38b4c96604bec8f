/** What the host knows of the image: whether it is complete, and how much of the feed it shows. */
export interface ImagePosition {
  /** Last feed sequence that the image shows durably; 0 before the first word of it. */
  applied(): number
  isReady(): boolean
  /** Resolves with true once the image is complete and shows this position; with false after `timeoutMs` or an abort. */
  reached(position: number, timeoutMs?: number, signal?: AbortSignal): Promise<boolean>
  advance(position: number): void
  ready(position: number): void
  lost(): void
}

export function trackPosition(): ImagePosition {
  const waiting = new Set<{ readonly position: number; readonly settle: (reached: boolean) => void }>()
  let applied = 0
  let ready = false

  function settleReached(): void {
    if (!ready) return
    for (const one of waiting) if (one.position <= applied) one.settle(true)
  }

  return {
    applied: () => applied,
    isReady: () => ready,
    advance(position) {
      applied = position
      settleReached()
    },
    ready(position) {
      applied = position
      ready = true
      settleReached()
    },
    lost() {
      ready = false
    },
    reached(position, timeoutMs, signal) {
      if (ready && position <= applied) return Promise.resolve(true)
      return new Promise((resolve) => {
        const settle = (reached: boolean) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', giveUp)
          waiting.delete(entry)
          resolve(reached)
        }
        const giveUp = () => settle(false)
        const entry = { position, settle }
        const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs)
        signal?.addEventListener('abort', giveUp)
        waiting.add(entry)
        if (signal?.aborted) giveUp()
      })
    },
  }
}
