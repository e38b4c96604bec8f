import { SQSClient } from '@aws-sdk/client-sqs'
import { type AwsSettings, clientConfig, withSignal } from './awsSettings.js'

/** A client of SQS. Make one, and keep it: it holds the connections. */
export function sqsClient(settings: AwsSettings = {}): SQSClient {
  // With an endpoint of its own a client is to use that, and not the host in the address of a queue.
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS } = process.env
  const useQueueUrlAsEndpoint = !(settings.endpoint || AWS_ENDPOINT_URL_SQS || AWS_ENDPOINT_URL)
  const config = clientConfig(settings, REQUEST_TIMEOUT_MS)
  return withSignal(new SQSClient({ ...config, useQueueUrlAsEndpoint }), settings)
}

/** Above the 20 seconds that a receiver may wait for messages. */
const REQUEST_TIMEOUT_MS = 25_000
