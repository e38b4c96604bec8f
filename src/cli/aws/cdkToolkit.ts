import type { ICloudAssemblySource, Toolkit } from '@aws-cdk/toolkit-lib'
import type { Output } from '../output.js'
import { deploymentProgress } from './deploymentProgress.js'
import { loadPackage } from './loadPackage.js'

/** The CDK's toolkit over a cloud assembly. It takes credentials, region and endpoints as every AWS tool does. */
export interface AssemblyToolkit {
  readonly toolkit: Toolkit
  readonly source: ICloudAssemblySource
  readonly lib: typeof import('@aws-cdk/toolkit-lib')
  /** Takes the line of progress away. */
  end(): void
}

/** How often CloudFormation is asked, in milliseconds; the CDK's own default, unless a test wants it faster. */
export function pollInterval(): { readonly stackEventPollingInterval?: number } {
  const given = Number(process.env.OCG_POLL_MS)
  return given > 0 ? { stackEventPollingInterval: given } : {}
}

export async function openToolkit(folder: string, output: Output): Promise<AssemblyToolkit> {
  const lib = await loadPackage(() => import('@aws-cdk/toolkit-lib'))
  const ioHost = deploymentProgress(output)
  const color = output.colors.isColorSupported
  const toolkit = new lib.Toolkit({ ioHost, emojis: false, color })
  return { toolkit, source: await toolkit.fromAssemblyDirectory(folder), lib, end: ioHost.end }
}
