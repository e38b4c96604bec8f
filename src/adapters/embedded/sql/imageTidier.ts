import type { Image } from './image.js'
import type { StatementGate } from './statementGate.js'

/**
 * The engine gives back the room of removed rows only when it writes its file while no statement runs; under
 * statements that never pause, the image would grow and grow.
 */
export interface ImageTidier {
  isDue(): boolean
  /** In the writer's turn. Does nothing when the statements that run do not end soon. */
  tidy(): Promise<void>
}

const TIDY_ROWS = 50_000
/** How long statements may be held up for the sake of tidiness, and how seldom. */
const QUIET_WAIT_MS = 250
const TIDY_PAUSE_MS = 10_000

/** Default of `tidyRows`: 50,000. */
export function createImageTidier(image: Image, gate: StatementGate, tidyRows = TIDY_ROWS): ImageTidier {
  let next = 0
  return {
    isDue: () => image.removedRows >= tidyRows && Date.now() >= next,
    async tidy() {
      const done = await gate.quiet(QUIET_WAIT_MS, async () => {
        await image.writer.run('CHECKPOINT')
        image.removedRows = 0
      })
      if (!done) next = Date.now() + TIDY_PAUSE_MS
    },
  }
}
