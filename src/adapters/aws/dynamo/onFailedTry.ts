import type { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'

/** Tells of each try that fails, also when the SDK tries again. */
export function onFailedTry(
  command: PutItemCommand | UpdateItemCommand | DeleteItemCommand,
  tell: (error: unknown) => void,
): void {
  const { middlewareStack } = command as PutItemCommand
  const watch = <Handler extends (args: never) => Promise<unknown>>(next: Handler) =>
    (async (args) => {
      try {
        return await next(args)
      } catch (error) {
        tell(error)
        throw error
      }
    }) as Handler
  middlewareStack.addRelativeTo(watch, {
    name: 'onFailedTry',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  })
}
