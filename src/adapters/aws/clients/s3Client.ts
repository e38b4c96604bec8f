import { S3Client } from '@aws-sdk/client-s3'
import { type AwsSettings, clientConfig, withSignal } from './awsSettings.js'

/** A client of S3. Make one, and keep it: it holds the connections. */
export function s3Client(settings: AwsSettings = {}): S3Client {
  const config = clientConfig(settings, REQUEST_TIMEOUT_MS)
  // Names of buckets are no names of hosts on another endpoint.
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env
  const forcePathStyle = Boolean(settings.endpoint || AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL)
  return withSignal(new S3Client({ ...config, forcePathStyle }), settings)
}

/** Objects of the lake have a few hundred KB; a result of Athena is read in ranges. */
const REQUEST_TIMEOUT_MS = 20_000
