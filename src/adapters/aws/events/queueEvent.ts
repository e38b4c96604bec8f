/** A message of SQS, as Lambda hands it on. */
export interface QueueRecord {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: { readonly ApproximateReceiveCount: string }
}

export interface QueueEvent {
  readonly Records: readonly QueueRecord[]
}

/** Partial batch response: the named messages come back, the others are deleted. */
export interface QueueResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}
