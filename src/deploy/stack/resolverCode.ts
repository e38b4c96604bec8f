/**
 * Code of every resolver, for AppSync's runtime APPSYNC_JS 1.0.0. It hands the function what the runtime needs, and
 * raises an expected error itself, so that the function ends well and trips no alarm. A failure of the function says
 * nothing about itself to the client.
 */
export const RESOLVER_CODE = `import { util } from '@aws-appsync/utils'

export function request(ctx) {
  return {
    operation: 'Invoke',
    payload: {
      arguments: ctx.args,
      info: { fieldName: ctx.info.fieldName, parentTypeName: ctx.info.parentTypeName },
      requestId: ctx.request.headers['x-amzn-requestid'] ?? null,
    },
  }
}

export function response(ctx) {
  if (ctx.error || !ctx.result) util.error('${internalMessage()}', 'Internal')
  if (ctx.result.error) util.error(ctx.result.error.message, ctx.result.error.type)
  return ctx.result.data
}
`

/** What clients read of a failure of ours. The alarm for the API looks for it in AppSync's logs. */
export function internalMessage(): string {
  return 'Something went wrong on our side.'
}
