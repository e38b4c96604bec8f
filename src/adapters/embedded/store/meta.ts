import type { Environment } from './environment.js'

type Meta = Pick<Environment, 'meta'>

/** A single value of the store; undefined when it was never set. */
export function metaValue({ meta }: Meta, name: string): string | undefined {
  return meta.get(Buffer.from(name))
}

/** Sets a single value in the current write transaction. */
export function putMetaValue({ meta }: Meta, name: string, value: string): void {
  meta.put(Buffer.from(name), value)
}

export function removeMetaValue({ meta }: Meta, name: string): void {
  meta.remove(Buffer.from(name))
}

/** A number of the store; 0 when it was never set. */
export function metaNumber(environment: Meta, name: string): number {
  return Number(metaValue(environment, name) ?? 0)
}

export function putMetaNumber(environment: Meta, name: string, value: number): void {
  putMetaValue(environment, name, String(value))
}

/** Counts a counter up by one in the current write transaction. */
export function nextNumber(environment: Meta, name: string): number {
  const value = metaNumber(environment, name) + 1
  putMetaNumber(environment, name, value)
  return value
}
