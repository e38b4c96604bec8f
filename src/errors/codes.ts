/** Codes of run-time failures, as clients see them in `errorType`. */
export const ERROR_CODES = [
  'BadInput',
  'NotFound',
  'Conflict',
  'Unauthorized',
  'TaskFailed',
  'Timeout',
  'Throttled',
  'Internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]
