'use strict'
// One container of the emulated Lambda: loads a bundle once and runs one invocation at a time.
const { parentPort, workerData } = require('node:worker_threads')
const { performance } = require('node:perf_hooks')

const { handler } = require(workerData.entry)
parentPort.postMessage('loaded')

parentPort.on('message', async ({ event, requestId, timeoutMs }) => {
  const end = performance.now() + timeoutMs
  const context = {
    awsRequestId: requestId,
    functionName: workerData.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: workerData.arn,
    memoryLimitInMB: String(workerData.memoryMb),
    logGroupName: `/aws/lambda/${workerData.name}`,
    logStreamName: 'emulated',
    getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
  }
  try {
    const result = await handler(event, context)
    // As Lambda does: what can't be JSON does not leave the function.
    parentPort.postMessage({
      ok: true,
      result: result === undefined ? null : JSON.parse(JSON.stringify(result)),
    })
  } catch (error) {
    parentPort.postMessage({
      ok: false,
      errorType: error instanceof Error ? error.name : 'Error',
      errorMessage: error instanceof Error ? error.message : String(error),
    })
  }
})
