import { createHash } from 'node:crypto'

/** A call that waits for its turn. */
interface Pending {
  readonly process: string
  readonly label: string
  readonly isEnabled: () => boolean
  readonly run: () => void
}

/** Makes every call of a process wait for its turn, so that calls can be put into any order. */
export class Turns {
  readonly #pending: Pending[] = []
  /** What each process has seen so far: with the shared state, all that its future depends on. */
  readonly #history = new Map<string, string>()
  readonly #dead = new Set<string>()
  readonly #ended = new Set<string>()
  readonly trace: string[] = []

  /** An indivisible step of a process, at a time of the scheduler's choice. */
  take<R>(process: string, label: string, step: () => R | Promise<R>, isEnabled = () => true): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#pending.push({
        process,
        label,
        isEnabled,
        run: () => {
          // The step itself happens at once, even where it is written as an asynchronous one.
          Promise.resolve()
            .then(step)
            .then(
              (value) => {
                this.#note(process, `${label}=${JSON.stringify(value, withMaps)}`)
                resolve(value)
              },
              (error: unknown) => {
                this.#note(process, `${label}!${String(error)}`)
                reject(error)
              },
            )
        },
      })
    })
  }

  /** The same calls as an object's, each taking its turn, but for those that nobody else can notice. */
  gated<T extends object>(process: string, name: string, target: T, unnoticed: readonly (keyof T)[] = []): T {
    return new Proxy(target, {
      get: (object, property) => {
        const member: unknown = Reflect.get(object, property)
        if (typeof member !== 'function') return member
        if (unnoticed.includes(property as keyof T)) return member.bind(object)
        return (...args: unknown[]) =>
          this.take(process, `${name}.${String(property)}`, () => member.apply(object, args) as unknown)
      },
    })
  }

  /** A process has come to its end: what it has seen matters no more. */
  end(process: string): void {
    this.#ended.add(process)
    this.#history.delete(process)
  }

  hasEnded(process: string): boolean {
    return this.#ended.has(process)
  }

  kill(process: string): void {
    this.#dead.add(process)
    this.#history.set(process, 'dead')
  }

  /** The next step of each process that has one. */
  choices(): readonly Pending[] {
    const first = new Map<string, Pending>()
    for (const one of this.#pending) {
      if (!first.has(one.process) && !this.#dead.has(one.process)) first.set(one.process, one)
    }
    return [...first.values()].filter((one) => one.isEnabled())
  }

  /** Steps that wait, whether they may be taken or not. */
  waiting(): readonly { readonly process: string; readonly label: string }[] {
    return this.#pending.filter(({ process }) => !this.#dead.has(process))
  }

  async go(choice: Pending): Promise<void> {
    this.#pending.splice(this.#pending.indexOf(choice), 1)
    this.trace.push(`${choice.process}: ${choice.label}`)
    choice.run()
    await quiet()
  }

  /** Where all processes are. */
  state(): string {
    return (
      [...this.#history].sort().join('\n') +
      this.#pending
        .map(({ process, label }) => process + label)
        .sort()
        .join()
    )
  }

  #note(process: string, event: string): void {
    if (this.#dead.has(process)) return
    const before = this.#history.get(process) ?? ''
    this.#history.set(process, createHash('md5').update(before).update(event).digest('base64'))
  }
}

function withMaps(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value]
  return typeof value === 'bigint' ? `${value}n` : value
}

/** Until every process waits for its turn: promises settle before anything else happens. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A system of processes, made anew for each order of their steps. */
export interface System {
  readonly turns: Turns
  /** The shared state as a text. */
  state(): string
  /** Throws when something is wrong in this state. */
  check(): void
  /** Throws when something is wrong after the last step. */
  checkEnd(): void
}

export interface Explored {
  readonly states: number
  /** Orders of steps, from the beginning to an end. */
  readonly interleavings: bigint
  /** Longest of them. */
  readonly steps: number
  readonly failure?: { readonly message: string; readonly trace: readonly string[] }
  readonly isComplete: boolean
}

/**
 * Runs a system in every order of its processes' steps. A state that was met before is not gone on from again: same shared
 * state, and every process has seen the same. Each run starts from the beginning, since running code can't be copied.
 */
export async function explore(
  open: () => Promise<System>,
  { maxStates = Number.POSITIVE_INFINITY, maxSwitches = Number.POSITIVE_INFINITY } = {},
): Promise<Explored> {
  const next = new Map<string, string[]>()
  const todo: (readonly number[])[] = [[]]
  let steps = 0
  let root = ''
  for (let prefix = todo.pop(); prefix; prefix = todo.pop()) {
    const system = await open()
    await quiet()
    const path: number[] = []
    let before: string | undefined
    let last: string | undefined
    let switches = 0
    try {
      for (;;) {
        const choices = system.turns.choices()
        // On the way to where the run turns off, all is known.
        const isNews = path.length >= prefix.length - 1
        const extra = maxSwitches < Number.POSITIVE_INFINITY ? `${switches}${last}` : ''
        const state = isNews ? digest(system, extra) : ''
        root ||= state
        if (before !== undefined && path.length >= prefix.length) {
          const edges = next.get(before)
          if (edges && !edges.includes(state)) edges.push(state)
        }
        if (path.length >= prefix.length) {
          if (next.has(state)) break
          system.check()
          if (next.size >= maxStates)
            return { states: next.size, interleavings: 0n, steps, isComplete: false }
          next.set(state, [])
        }
        if (choices.length === 0) {
          system.checkEnd()
          break
        }
        // To go on with the process that was at it is free; to leave it though it could go on counts.
        const stays = choices.findIndex(({ process }) => process === last)
        const allowed = stays >= 0 && switches >= maxSwitches ? [stays] : choices.map((_, index) => index)
        const index = prefix[path.length] ?? (allowed[0] as number)
        if (path.length >= prefix.length) {
          for (const other of allowed.slice(1)) todo.push([...path, other])
        }
        const choice = choices[index] as Pending
        if (stays >= 0 && choice.process !== last) switches += 1
        last = choice.process
        path.push(index)
        steps = Math.max(steps, path.length)
        before = state
        await system.turns.go(choice)
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return {
        states: next.size,
        interleavings: 0n,
        steps,
        isComplete: false,
        failure: { message, trace: system.turns.trace },
      }
    }
  }
  return { states: next.size, interleavings: pathsFrom(root, next), steps, isComplete: true }
}

function digest(system: System, extra: string): string {
  return createHash('md5').update(system.state()).update(system.turns.state()).update(extra).digest('base64')
}

/** Paths from a state to the ends. */
function pathsFrom(root: string, next: ReadonlyMap<string, readonly string[]>): bigint {
  const known = new Map<string, bigint>()
  const stack = [root]
  for (let state = stack.at(-1); state !== undefined; state = stack.at(-1)) {
    const edges = next.get(state) ?? []
    const open = edges.filter((one) => !known.has(one))
    if (open.length > 0) stack.push(...open)
    else {
      known.set(state, edges.length === 0 ? 1n : edges.reduce((sum, one) => sum + (known.get(one) ?? 0n), 0n))
      stack.pop()
    }
  }
  return known.get(root) ?? 0n
}
