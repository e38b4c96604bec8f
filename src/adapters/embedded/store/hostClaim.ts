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
