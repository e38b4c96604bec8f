/** A clock that jumps from event to event. Times are in milliseconds. */
export interface Simulation {
  readonly now: number
  /** Calls `event` at a time that is not past; events of one time in the order of these calls. */
  at(time: number, event: () => void): void
  after(milliseconds: number, event: () => void): void
  /** Runs all events up to a time. */
  run(until: number): void
}

interface Entry {
  readonly time: number
  readonly order: number
  readonly event: () => void
}

export function newSimulation(): Simulation {
  const heap: Entry[] = []
  let now = 0
  let order = 0

  const isBefore = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order)

  function push(entry: Entry): void {
    let index = heap.length
    heap.push(entry)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Entry
      if (!isBefore(entry, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = entry
  }

  function pop(): Entry | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || first === last) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      const left = heap[child]
      if (!left) break
      const right = heap[child + 1]
      if (right && isBefore(right, left)) child += 1
      const below = heap[child] as Entry
      if (!isBefore(below, last)) break
      heap[index] = below
      index = child
    }
    heap[index] = last
    return first
  }

  const at = (time: number, event: () => void) => push({ time: Math.max(time, now), order: order++, event })
  return {
    get now() {
      return now
    },
    at,
    after: (milliseconds, event) => at(now + milliseconds, event),
    run(until) {
      while (heap[0] && heap[0].time <= until) {
        const next = pop() as Entry
        now = next.time
        next.event()
      }
      now = until
    },
  }
}
