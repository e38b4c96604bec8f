export type RootOutcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * What the root fields of an operation have given already, by their names in the result. As the root value of an
 * execution it stands for them: nothing runs twice.
 */
export class SettledRoots {
  readonly #outcomes: ReadonlyMap<string, RootOutcome>

  constructor(outcomes: ReadonlyMap<string, RootOutcome>) {
    this.#outcomes = outcomes
  }

  /** Gives or throws what the field gave or threw. */
  take(key: string): unknown {
    const outcome = this.#outcomes.get(key)
    if (!outcome) throw new Error(`invariant: the root field ${key} has run`)
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }
}
