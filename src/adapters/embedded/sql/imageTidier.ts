import type { Logger } from '../../../ports/system.js'
import { isFatal } from './failures.js'
import type { Image } from './image.js'
import type { StatementGate } from './statementGate.js'

/**
 * The engine gives back the room of removed rows only when it writes its file while no statement runs; under
 * statements that never pause, the image would grow and grow.
 */
export interface ImageTidier {
  isDue(): boolean
  /** In the writer's turn. Is put off when the statements that run do not end soon, or when it fails. */
  tidy(): Promise<void>
}

export interface ImageTidierOptions {
  readonly image: Image
  readonly gate: StatementGate
  readonly log: Logger
  /** Removed rows after which it is due. Default: 50,000. */
  readonly tidyRows?: number
}

const TIDY_ROWS = 50_000
/** How long statements may be held up for the sake of tidiness, and how seldom. */
const QUIET_WAIT_MS = 250
const TIDY_PAUSE_MS = 10_000

export function createImageTidier({
  image,
  gate,
  log,
  tidyRows = TIDY_ROWS,
}: ImageTidierOptions): ImageTidier {
  let next = 0

  async function tidyQuietly(): Promise<void> {
    await image.writer.run('CHECKPOINT')
    image.removedRows = 0
  }

  return {
    isDue: () => image.removedRows >= tidyRows && Date.now() >= next,
    async tidy() {
      next = Date.now() + TIDY_PAUSE_MS
      try {
        if (await gate.quiet(QUIET_WAIT_MS, tidyQuietly)) next = 0
      } catch (error) {
        if (isFatal(error)) throw error
        // No failure of the feed's: it is followed on.
        log.warn('The query image could not be tidied; it is tried again', { error })
      }
    },
  }
}
