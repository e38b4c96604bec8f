/** Those who wait for a position to be reached. */
export interface PositionWaiters {
  /** Resolves at `reached` with this position or a later one, after `waitMs`, or when the signal aborts. */
  wait(position: number, waitMs: number, signal: AbortSignal): Promise<void>
  reached(position: number): void
}

export function createPositionWaiters(): PositionWaiters {
  const waiting = new Set<{ readonly position: number; readonly settle: () => void }>()
  return {
    wait(position, waitMs, signal) {
      if (waitMs <= 0 || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const settle = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', settle)
          waiting.delete(entry)
          resolve()
        }
        const timer = setTimeout(settle, waitMs)
        const entry = { position, settle }
        waiting.add(entry)
        signal.addEventListener('abort', settle)
      })
    },
    reached(position) {
      for (const one of waiting) if (one.position <= position) one.settle()
    },
  }
}
