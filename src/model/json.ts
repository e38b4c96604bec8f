/** Any value that survives a round trip through JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object, read only. */
export type JsonObject = { readonly [key: string]: Json }

/** Length of a value's JSON in bytes of UTF-8: what it takes on its way. */
export function jsonBytes(value: Json): number {
  return encoder.encode(JSON.stringify(value)).length
}

const encoder = new TextEncoder()

/** Freezes a JSON value and everything in it, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
  return value
}

/**
 * The value of an object's own property. A field may be called `constructor` or `toString`, and what every object
 * inherits under these names is no data.
 */
export function ownValue(object: Readonly<Record<string, Json>>, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
