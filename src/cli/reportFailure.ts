import { AppError } from '../errors/appError.js'
import { CliError, EXIT_CODES, type ExitReason } from './cliError.js'
import { processOutput } from './output.js'

/** Codes of Node's errors that say that the machine, not the user's input, stands in the way. */
const ENVIRONMENT_CODES = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EMFILE',
  'EIO',
])

/** Tells the user what went wrong, never with a stack trace unless OCG_DEBUG=1, and returns the exit code. */
export function reportFailure(error: unknown, args: readonly string[]): number {
  const output = processOutput({ color: !args.includes('--no-color') })
  const failure = asCliError(error)
  if (args.includes('--json')) {
    const body = {
      ok: false,
      error: { reason: failure.reason, message: failure.message, hint: failure.hint },
    }
    output.note(JSON.stringify(body))
  } else {
    output.note(`${output.colors.red('error')}: ${failure.message}`)
    if (failure.hint) output.note(`${output.colors.cyan('hint')}: ${failure.hint}`)
  }
  if (process.env.OCG_DEBUG === '1') output.note(debugText(error))
  return EXIT_CODES[failure.reason]
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof AppError) return new CliError(appErrorReason(error), error.message)
  const { name, code, message } = error as { name?: string; code?: string; message?: string }
  if (name === 'DataFolderError' && message) return new CliError('environment', message)
  if (name === 'StoreError' && message) return new CliError('environment', message)
  if (code !== undefined && ENVIRONMENT_CODES.has(code)) return new CliError('environment', `${message}.`)
  return new CliError('environment', `Something went wrong inside ocg: ${message ?? String(error)}`, {
    hint: 'This is a bug of oc-graphql. Run the command again with OCG_DEBUG=1 and report what it prints.',
  })
}

function appErrorReason(error: AppError): ExitReason {
  return error.code === 'Internal' || error.code === 'Timeout' || error.code === 'Throttled'
    ? 'environment'
    : 'input'
}

function debugText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${debugText(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
