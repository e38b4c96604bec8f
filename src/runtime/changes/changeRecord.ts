import type { Change } from '../../ports/changes.js'

/** One record of a change stream. */
export interface ChangeRecord {
  /** Its place in the stream; names it in what is answered, and its dead letter. */
  readonly sequence: string
  /** When the change happened, in milliseconds since 1970. */
  readonly changedAt: number
  readonly change: Change
  /** It comes out of its turn, from a dead letter or by hand: others may work on its item at the same time. */
  readonly isReplay: boolean
}
