import { bad, good, parseText, type ScalarResult } from './scalarResult.js'

/**
 * GraphQL's own scalars that take more than can be stored: numbers out of DynamoDB's range, half surrogate pairs. Apart
 * from the other scalars, so that who needs these alone need not carry those.
 */
export const LOOSE_SCALARS = {
  Float: parseFloat64,
  ID: parseId,
  String: (value: unknown) => parseText('String', value),
} as const

/** Magnitudes that DynamoDB stores. Source: "Supported data types and naming rules in Amazon DynamoDB". */
const LARGEST_FLOAT = 9.99e125
const SMALLEST_FLOAT = 1e-130

function parseFloat64(value: unknown): ScalarResult {
  if (typeof value !== 'number' || !Number.isFinite(value)) return bad('Float', 'a number', value)
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < SMALLEST_FLOAT || magnitude > LARGEST_FLOAT)) {
    return bad('Float', '0 or a number of a magnitude from 1E-130 to 9.99E+125', value)
  }
  return good(value + 0)
}

function parseId(value: unknown): ScalarResult {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return good(String(value))
  return parseText('ID', value)
}
