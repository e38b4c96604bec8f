import { AthenaClient } from '@aws-sdk/client-athena'
import { type AwsSettings, clientConfig, withSignal } from './awsSettings.js'

/** A client of Athena. Make one, and keep it: it holds the connections. */
export function athenaClient(settings: AwsSettings = {}): AthenaClient {
  return withSignal(new AthenaClient(clientConfig(settings, REQUEST_TIMEOUT_MS)), settings)
}

/** No call waits for a statement: they start one, look at one, or read a page. */
const REQUEST_TIMEOUT_MS = 10_000
