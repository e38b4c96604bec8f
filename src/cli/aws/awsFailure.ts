import { CliError } from '../cliError.js'

interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly cause?: unknown
}

/**
 * What an error of AWS means for the user: a sentence and what to do next. Errors that are not AWS's come back as they
 * are.
 */
export function awsFailure(error: unknown): unknown {
  if (error instanceof CliError) return error
  const found = findSdkError(error)
  if (!found) return error
  const { name = '', message = '', code } = found
  const failure = (text: string, hint: string) => new CliError('environment', text, { hint, cause: error })
  if (name === 'CredentialsProviderError' || name === 'AuthenticationError') {
    return failure(
      'There are no credentials of AWS.',
      'Log in (aws sso login), or set AWS_PROFILE. See: ocg doctor',
    )
  }
  if (/ExpiredToken|TokenRefreshRequired/.test(name)) {
    return failure('The credentials of AWS have expired.', 'Log in again. See: ocg doctor')
  }
  if (/InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature/.test(name)) {
    return failure('AWS does not know these credentials.', 'Check AWS_PROFILE or the keys. See: ocg doctor')
  }
  if (/Region is missing/.test(message)) {
    return failure(
      'The region of AWS is not set.',
      'Set AWS_REGION, or a region in the profile. See: ocg doctor',
    )
  }
  if (/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(name)) {
    return failure(`AWS refuses: ${message}`, 'docs/aws.md lists the permissions that a deployment needs.')
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || name === 'TimeoutError') {
    return failure(
      `AWS can't be reached: ${message || code}.`,
      'Check the network, AWS_REGION and AWS_ENDPOINT_URL.',
    )
  }
  if (
    name === 'ResourceNotFoundException' ||
    name === 'NoSuchBucket' ||
    /NonExistentQueue|QueueDoesNotExist/.test(name)
  ) {
    return failure('This project is not deployed in this account and region.', 'Deploy it with: ocg deploy')
  }
  return found.$metadata ? failure(`AWS answers ${name}: ${message}`, 'OCG_DEBUG=1 shows where.') : error
}

/** The error itself, or one of its causes, that comes from the SDK. */
function findSdkError(error: unknown): SdkError | undefined {
  for (let one = error as SdkError | undefined, depth = 0; one && depth < 5; depth += 1) {
    const isSdk =
      one.$metadata !== undefined ||
      /CredentialsProviderError|AuthenticationError|TimeoutError/.test(one.name ?? '') ||
      (/^E[A-Z_]+$/.test(one.code ?? '') &&
        ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(one.code ?? '')) ||
      /Region is missing/.test(one.message ?? '')
    if (isSdk) return one
    one = one.cause as SdkError | undefined
  }
  return undefined
}

/** Runs work on AWS and tells its failures in words. */
export async function onAws<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw awsFailure(error)
  }
}
