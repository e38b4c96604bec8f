import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'

/**
 * What a client may be told. All of it is optional: region, profile, endpoint, credentials and retries come from
 * where every AWS tool takes them (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`,
 * `AWS_MAX_ATTEMPTS`, the shared configuration files, the role of the function).
 *
 * A profile is chosen by `AWS_PROFILE` only: the SDK looks for the endpoint of no other.
 */
export interface AwsSettings {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>
  /** Tries of one request, the first included. Default: the SDK's. */
  readonly maxAttempts?: number
  /** Most connections at once. Default 50. */
  readonly connections?: number
  /** Milliseconds for one try of a request. Default: the client's own. */
  readonly requestTimeoutMs?: number
  /** Asked at every request: the signal that ends it, with its retries. A function gives that of its running invocation. */
  signal?(): AbortSignal | undefined
}

/** The settings in the SDK's words. Connections are kept and used again. */
export function clientConfig(settings: AwsSettings, requestTimeoutMs: number) {
  const { region, endpoint, credentials, maxAttempts, connections = 50 } = settings
  return {
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    ...(maxAttempts && { maxAttempts }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: settings.requestTimeoutMs ?? requestTimeoutMs,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  }
}

/** Lets the signal of the moment end each request of a client. */
export function withSignal<Client extends { send: unknown }>(
  client: Client,
  { signal }: AwsSettings,
): Client {
  if (!signal) return client
  const send = (client.send as (command: unknown, options?: object) => unknown).bind(client)
  return Object.assign(client, {
    send: (command: unknown, options?: object) => send(command, { abortSignal: signal(), ...options }),
  })
}

const CONNECTION_TIMEOUT_MS = 3000
