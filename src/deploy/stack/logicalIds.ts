/**
 * Logical ids of the resources that hold data: they outlive the stack, and a later deployment takes them in again by
 * their names. Part of what is deployed: never change one.
 */
export const DATA_RESOURCES = ['Table', 'LakeBucket', 'ResultsBucket'] as const

/** Name of the parameter that says when the API's key expires, in seconds since 1970: a template has no clock. */
export const API_KEY_EXPIRES = 'ApiKeyExpires'
