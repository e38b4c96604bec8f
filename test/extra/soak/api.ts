import type { HostProcess } from './hostProcess.js'

export type Answer =
  | { readonly kind: 'data'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** Nobody knows whether it was done: the host went, or did not answer. */
  | { readonly kind: 'lost' }

/** Asks whatever host there is; waits for one while there is none. */
export type Ask = (query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer>

const TIMEOUT_MS = 40_000

/** `onSlow` hears of requests that took longer than this many milliseconds. */
export const SLOW_MS = 5000

export function asking(
  host: () => Promise<HostProcess>,
  onSlow: (query: string, tookMs: number, answer: Answer) => void,
): Ask {
  const ask = askingOnce(host)
  return async (query, variables) => {
    const from = Date.now()
    const answer = await ask(query, variables)
    const took = Date.now() - from
    if (took > SLOW_MS) onSlow(query, took, answer)
    return answer
  }
}

function askingOnce(host: () => Promise<HostProcess>): Ask {
  return async (query, variables = {}) => {
    const { url, apiKey } = await host()
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const { data, errors } = (await response.json()) as {
        readonly data?: Record<string, unknown> | null
        readonly errors?: readonly { readonly errorType?: string; readonly message: string }[]
      }
      const [error] = errors ?? []
      if (error) return { kind: 'error', code: error.errorType ?? 'none', message: error.message }
      if (!data) return { kind: 'error', code: `status ${response.status}`, message: 'no data' }
      return { kind: 'data', data }
    } catch {
      return { kind: 'lost' }
    }
  }
}
