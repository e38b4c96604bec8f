/**
 * Limits that AWS documents, with title and section of the document. Those that differ by region or can be raised are
 * the defaults of us-east-1; the account's own stand in its Service Quotas.
 */

/** DynamoDB Developer Guide, "Best practices for designing and using partition keys effectively". */
export const PARTITION_READ_UNITS = 3_000
export const PARTITION_WRITE_UNITS = 1_000

/** DynamoDB Developer Guide, "Pre-warming a table for on-demand capacity mode": 4,000 writes of a new table. */
export const NEW_TABLE_PARTITIONS = 4

/** DynamoDB Developer Guide, "DynamoDB on-demand capacity mode": twice the highest traffic so far, at once. */
export const ON_DEMAND_HEADROOM = 2

/** DynamoDB Developer Guide, "Quotas in Amazon DynamoDB", throughput default quotas: of a table and of each index. */
export const TABLE_READ_UNITS = 40_000
export const TABLE_WRITE_UNITS = 40_000

/** DynamoDB Developer Guide, "DynamoDB read and write operations": bytes of a unit; a transaction takes two. */
export const READ_UNIT_BYTES = 4_096
export const WRITE_UNIT_BYTES = 1_024
export const TRANSACTION_FACTOR = 2

/** Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB": a shard is polled four times a second. */
export const STREAM_POLL_MS = 250

/** Lambda Developer Guide, "Lambda quotas", function configuration, deployment, and execution. */
export const ACCOUNT_CONCURRENCY = 1_000
/** Lambda Developer Guide, "Understanding Lambda function scaling", concurrency and requests per second. */
export const REQUESTS_PER_CONCURRENCY = 10
/** Lambda Developer Guide, "Lambda scaling behavior": 1,000 environments of a function every ten seconds. */
export const SCALING_BURST = 1_000
export const SCALING_PER_SECOND = 100

/** AWS General Reference, "AWS AppSync endpoints and quotas", rate of request tokens; smaller regions have less. */
export const APPSYNC_TOKENS_PER_SECOND = 10_000

/**
 * Amazon S3 User Guide, "Best practices design patterns: optimizing Amazon S3 performance", of a partitioned prefix:
 * writes with deletions, reads. Listings are counted with the reads, as nothing is said of them.
 */
export const S3_WRITES_PER_SECOND = 3_500
export const S3_READS_PER_SECOND = 5_500

/** AWS General Reference, "Amazon Athena endpoints and quotas". Active: running and queued; 20 to 200 by region. */
export const ATHENA_ACTIVE = 200
export const ATHENA_STARTS_PER_SECOND = 20
export const ATHENA_STARTS_BURST = 80
export const ATHENA_LOOKS_PER_SECOND = 100
export const ATHENA_LOOKS_BURST = 200
/** Amazon Athena User Guide, "Service Quotas", DML query timeout. */
export const ATHENA_TIMEOUT_MS = 30 * 60_000
