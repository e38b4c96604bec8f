/** At most so many at a time; the others wait in the order of their coming. */
export interface Slots {
  /** Resolves with true once there is room, which must be given back with `release`; with false after `timeoutMs`. */
  take(timeoutMs: number): Promise<boolean>
  release(): void
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>()
  let free = count

  return {
    take(timeoutMs) {
      if (free > 0) {
        free -= 1
        return Promise.resolve(true)
      }
      return new Promise((resolve) => {
        const enter = () => {
          clearTimeout(timer)
          resolve(true)
        }
        const timer = setTimeout(() => {
          waiting.delete(enter)
          resolve(false)
        }, timeoutMs)
        waiting.add(enter)
      })
    },
    release() {
      const [next] = waiting
      if (!next) {
        free += 1
        return
      }
      waiting.delete(next)
      next()
    },
  }
}
