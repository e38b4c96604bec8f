import { SqlError } from '../../../ports/sqlEngine.js'
import { engineFailure } from '../sql/failures.js'

/**
 * Does a piece of writing. Its failures are those of files, not of the image: they end the publication and nothing
 * else. Throws `SqlError` `unavailable`.
 */
export async function writing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new SqlError(
      'unavailable',
      `The Parquet lake could not be written: ${reasonOf(error)}. The files from before stay, and it is tried again.`,
    )
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  const { text } = engineFailure(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|disk quota/i.test(text))
    return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'the folder is not writable'
  return (text.split('\n', 1)[0] as string).replace(/[.\s]+$/, '')
}
