/**
 * List prices of us-east-1 in US dollars without any free tier, as known in late 2026. Check them before you decide
 * on them: they are assumptions here, and each stands for one unit of what is named.
 */
export const PRICES = {
  /** AppSync, one query or mutation. */
  appSyncRequest: 4e-6,
  /** Lambda, one request; one GB for one second on arm64. */
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  /** DynamoDB on demand, standard class: one write unit (1 KB), one read unit (4 KB, consistent). */
  dynamoWrite: 0.625e-6,
  dynamoRead: 0.125e-6,
  /** DynamoDB, a GB and month of storage, and of point-in-time recovery. */
  dynamoGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  /** S3 standard: one PUT, COPY, POST or LIST; one GET; a GB and month. A DELETE is free. */
  s3Put: 5e-6,
  s3List: 5e-6,
  s3Get: 0.4e-6,
  s3GbMonth: 0.023,
  /** Athena, one TB scanned; at least 10 MB a statement. */
  athenaTerabyte: 5,
  /** SQS, one request. */
  sqsRequest: 0.4e-6,
  /** CloudWatch Logs, one GB taken in. */
  logsGb: 0.5,
  /** CloudWatch, an alarm, a metric, a dashboard, each a month. */
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
} as const
