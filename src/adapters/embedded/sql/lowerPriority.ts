import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'

const NICE = 10

/**
 * Lets every other process go first: statements take what the host leaves. On Linux a priority belongs to a thread,
 * and those that Node has started already must be told one by one; later ones inherit it.
 */
export function lowerPriority(niceness = NICE): void {
  for (const thread of ownThreads()) {
    try {
      setPriority(thread, niceness)
    } catch {
      // A thread may have ended meanwhile; a system without priorities runs all the same.
    }
  }
}

function ownThreads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [0]
  }
}
