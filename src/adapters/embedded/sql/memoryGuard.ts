/** Beside what the engine counts: this process's own code and heap, rows on their way, what the engine does not count. */
const ALLOWANCE_MB = 1024
const LOOK_MS = 250

/**
 * Looks after the memory of this whole process. The engine's own limit leaves out some of what statements use:
 * `onExceeded` is called while there is more than that limit and an allowance. Returns how to stop.
 */
export function guardMemory(
  limitMb: number,
  onExceeded: () => void,
  allowanceMb: number = ALLOWANCE_MB,
): () => void {
  const limit = (limitMb + allowanceMb) * 1024 * 1024
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() > limit) onExceeded()
  }, LOOK_MS)
  return () => clearInterval(timer)
}
