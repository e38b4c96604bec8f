import type { LambdaContext } from '../../src/adapters/aws/lambda/invocation.js'

/** Lambda's context object for a call that has some time left. */
export function lambdaContext(milliseconds = 30_000): LambdaContext {
  const end = performance.now() + milliseconds
  return {
    awsRequestId: 'request-1',
    functionName: 'OCG-shop-1',
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  }
}
