/** Who serves a folder. */
export interface HostClaim {
  readonly pid: number
  readonly hostname: string
  readonly url?: string
  /** For a piece of work only, not to serve. */
  readonly brief?: boolean
  /** Milliseconds since 1970. */
  readonly claimedAt: number
  readonly heartbeatAt: number
}

/**
 * At most one host process serves a folder. A claim is void when its process is gone, or has not been heard of for
 * 15 seconds.
 */
export interface HostLock {
  /**
   * Claims the folder for this process, until `release` or `close`. Throws `DataFolderError` with reason `inUse` that
   * names the other process. `onLost` is called when another process has taken over since this one was not heard of.
   *
   * `brief`: for work that ends by itself. Whoever claims the folder for longer waits for that, rather than fail.
   */
  claim(options?: {
    readonly url?: string
    readonly brief?: boolean
    readonly onLost?: (holder: HostClaim | undefined) => void
  }): Promise<void>
  /** Tells others where this host answers. Only for the holder. */
  setUrl(url: string): Promise<void>
  /**
   * Makes our claim last this long without a word of ours, for work that no write gets past; 0 afterwards. Does
   * nothing to another's claim.
   */
  hold(milliseconds: number): Promise<void>
  /** The host of this folder, if there is one now. */
  holder(): HostClaim | undefined
  release(): Promise<void>
}

/** Work on a folder that one process asks for and the folder's host does. */
export interface MaintenanceRequest {
  /** In the order of their coming. */
  readonly id: string
  /** What to do. Absent once the host has taken it: what is to be purged leaves no trace in its own request. */
  readonly work?: Json
  readonly state: MaintenanceState
  readonly progress?: Json
  /** Of one that is `done`. */
  readonly outcome?: Json
  /** Of one that has `failed`. */
  readonly failure?: { readonly code: string; readonly message: string }
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

export type MaintenanceState = 'waiting' | 'running' | 'done' | 'failed'

export interface Maintenance {
  /** Asks for work and answers the request's id. */
  submit(work: Json): Promise<string>
  get(id: string): MaintenanceRequest | undefined
  /** Every request, oldest first. */
  list(): readonly MaintenanceRequest[]
  /** Takes the work of a request that waits, which then runs; undefined when it waits no more. */
  take(id: string): Promise<Json | undefined>
  /** Changes a request; false when it is gone. */
  update(id: string, change: Partial<Omit<MaintenanceRequest, 'id' | 'changedAt'>>): Promise<boolean>
  /** False when it was gone already. */
  remove(id: string): Promise<boolean>
}
