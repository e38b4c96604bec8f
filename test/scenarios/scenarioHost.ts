/** What a scenario needs of a host. */
export interface ScenarioHost {
  execute(query: string, variables?: Readonly<Record<string, unknown>>): Promise<ScenarioAnswer>
  /** Resolves when SQL shows all that was written, and all cascades have ended. */
  settle(): Promise<void>
}

export interface ScenarioAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?:
    | readonly {
        readonly message: string
        readonly errorType: string
        readonly path?: readonly (string | number)[] | undefined
      }[]
    | undefined
}
