import type { IIoHost, StackActivity } from '@aws-cdk/toolkit-lib'
import type { Output } from '../output.js'
import { startProgress } from '../progress.js'

/** One resource's way through a deployment, as far as it is shown. */
const SHOWN = /_(COMPLETE|FAILED)$/

/** Shows what the CDK's toolkit does: a line for each resource that is done, and on a terminal what is under way. */
export function deploymentProgress(output: Output): IIoHost & { end(): void } {
  const progress = startProgress(output)
  return {
    end: () => progress.clear(),
    async notify({ code, level, message, data }) {
      if (code === 'CDK_TOOLKIT_I5502') showActivity(data as StackActivity)
      else if (level === 'error' || level === 'warn') {
        progress.clear()
        if (!output.json) output.note(level === 'warn' ? output.colors.yellow(message) : message)
      } else if (level === 'info' && message.trim() !== '') {
        progress.update(() => message.trim().split('\n', 1)[0] ?? '')
      }
    },
    // Whoever gets here has confirmed already.
    async requestResponse<T>({ defaultResponse }: { readonly defaultResponse: T }): Promise<T> {
      return typeof defaultResponse === 'boolean' ? (true as T) : defaultResponse
    },
  }

  function showActivity({ event, progress: done }: StackActivity): void {
    const status = event.ResourceStatus ?? ''
    const what = `${event.LogicalResourceId} (${event.ResourceType})`
    if (!SHOWN.test(status)) {
      progress.update(() => `${done.formatted} ${status} ${what}`)
      return
    }
    progress.clear()
    const paint = status.endsWith('FAILED') ? output.colors.red : output.colors.green
    if (output.json) {
      const { LogicalResourceId: id, ResourceType: type, ResourceStatusReason: reason } = event
      output.note(JSON.stringify({ event: 'resource', id, type, status, reason }))
    } else output.note(`${done.formatted} ${paint(status)} ${what}`)
  }
}
