import { invariant } from '../../../errors/appError.js'

/**
 * Credentials of a running function: Lambda puts those of its role into the environment. Bundles have this in the place
 * of the SDK's chain of providers (profiles, single sign-on, instance metadata), none of which is there in a function
 * and which make a third of a bundle. See scripts/buildLambdas.mjs.
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
    invariant(
      AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY,
      'the environment of the function has no credentials',
    )
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    }
  }
}
