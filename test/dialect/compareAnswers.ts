import type { Json } from '../../src/model/json.js'

/** Whether rows are the same: in their order when the statement asks for one, doubles to 13 digits. */
export function sameRows(sql: string, left: readonly Json[][], right: readonly Json[][]): boolean {
  const ordered = /order by/i.test(sql)
  return ordered ? alike(left as Json, right as Json) : alike(sorted(left) as Json, sorted(right) as Json)
}

function sorted(rows: readonly Json[][]): Json[][] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** Equal, doubles to 13 digits: the engines add up in different orders. */
function alike(left: Json, right: Json): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return left === right || Math.abs(left - right) <= 1e-13 * Math.max(Math.abs(left), Math.abs(right))
  }
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return left === right
  }
  const [a, b] = [Object.entries(left), Object.entries(right)]
  return (
    a.length === b.length &&
    a.every(([key, value]) => alike(value, (right as Record<string, Json>)[key] as Json))
  )
}
