import { CliError } from '../cliError.js'

/**
 * Loads a part that only AWS needs. Its packages are optional: who never deploys needs none of them. Throws `CliError`
 * with what to install when one is missing.
 */
export async function loadPackage<T>(load: () => Promise<T>): Promise<T> {
  // The SDK warns on every Node.js that it will leave behind one day. `ocg doctor` says what is too old.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  try {
    return await load()
  } catch (cause) {
    const name = missingPackage(cause)
    if (name === undefined) throw cause
    throw new CliError('environment', `The package ${name} is not installed, and AWS needs it.`, {
      hint: `Install it: npm install ${name}. Or all of them: npm install --include=optional oc-graphql`,
      cause,
    })
  }
}

/** The package that an import did not find; undefined for any other failure. */
export function missingPackage(error: unknown): string | undefined {
  const { code, message = '' } = (error ?? {}) as { readonly code?: string; readonly message?: string }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined
  const path = /Cannot find (?:package|module) '([^'.][^']*)'/.exec(message)?.[1]
  if (path === undefined || path.startsWith('/')) return undefined
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}
