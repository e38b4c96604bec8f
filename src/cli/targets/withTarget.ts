import type { ProjectOptions } from '../config/projectOptions.js'
import type { AdminTarget } from './adminTarget.js'

/** Opens what a command works on, in a data folder or on AWS, uses it and lets go of it. */
export async function withTarget<T>(
  chosen: ProjectOptions,
  options: { readonly aws?: boolean },
  use: (target: AdminTarget) => Promise<T>,
): Promise<T> {
  if (options.aws) {
    const { withAwsTarget } = await import('./awsTarget.js')
    return withAwsTarget(chosen.name, use)
  }
  const { withEmbeddedTarget } = await import('./embeddedTarget.js')
  return withEmbeddedTarget(chosen.folder, use)
}
