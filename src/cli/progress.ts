import type { Output } from './output.js'

/** Shows how far long work is: one line drawn over on a terminal, a plain line now and then elsewhere. */
export interface Progress {
  /** What to show now. Cheap: it is drawn a few times a second at most. */
  update(text: () => string): void
  /** Takes the line away, so that others can be written. */
  clear(): void
}

const TERMINAL_MS = 100
const PLAIN_MS = 5000

export function startProgress(output: Output): Progress {
  const interval = output.interactive ? TERMINAL_MS : PLAIN_MS
  let last = performance.now()
  let drawn = false
  return {
    update(text) {
      const now = performance.now()
      if (now - last < interval || output.json) return
      last = now
      if (output.interactive) output.draw(`\r\u001b[2K${text()}`)
      else output.note(text())
      drawn = output.interactive
    },
    clear() {
      if (drawn) output.draw('\r\u001b[2K')
      drawn = false
    },
  }
}
