/** The attribute of tasks by which DynamoDB removes what has expired, see `deploy/stack/dataResources`. */
const TIME_TO_LIVE = 'expiresAt'

const NUMBERS: readonly string[] = ['Int', 'Float', 'AWSTimestamp']

/**
 * Whether DynamoDB would take a value for the time at which its item is to be removed: it does not ask what kind of item
 * it is, heeds numbers only, and tells capitals apart.
 */
export function isTimeToLive(name: string, typeName: string): boolean {
  return name === TIME_TO_LIVE && NUMBERS.includes(typeName)
}
