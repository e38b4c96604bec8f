/** Lets statements through, and now and then none, so that the image can be tidied. */
export interface StatementGate {
  /** Resolves when a statement may start; it must `leave` at its end. */
  enter(): Promise<void>
  leave(): void
  /**
   * Does work while no statement runs. New ones wait meanwhile; false, and nothing is done, when the running ones
   * do not end within `waitMs`.
   */
  quiet(waitMs: number, work: () => Promise<void>): Promise<boolean>
}

export function createStatementGate(): StatementGate {
  let running = 0
  let opened: Promise<void> | undefined
  let onEmpty = () => {}

  function drained(waitMs: number): Promise<boolean> {
    if (running === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), waitMs)
      onEmpty = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }

  return {
    async enter() {
      while (opened) await opened
      running += 1
    },
    leave() {
      running -= 1
      if (running === 0) onEmpty()
    },
    async quiet(waitMs, work) {
      let open = () => {}
      opened = new Promise((resolve) => {
        open = resolve
      })
      try {
        if (!(await drained(waitMs))) return false
        await work()
        return true
      } finally {
        opened = undefined
        open()
      }
    },
  }
}
