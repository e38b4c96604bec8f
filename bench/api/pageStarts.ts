import type { Server } from './servers.js'
import { AFTER, type Workload } from './workloads.js'

/** Places of the table that lists start at, in turn. */
export const PAGE_STARTS = 64
/** Largest page that each server gives. */
const MOST_ITEMS = 1000

/** The bodies of a workload that take turns: one, or one for each place where a page starts. */
export async function bodiesOf(workload: Workload, server: Server, rows: number): Promise<readonly string[]> {
  const { pages } = workload
  const body = workload.body(server.dialect)
  if (body === undefined) return []
  if (!pages) return [body]
  const walk = pages.walk(server.dialect, Math.min(MOST_ITEMS, Math.floor(rows / (PAGE_STARTS + 1))))
  const bodies = [body.replace(AFTER, 'null')]
  let after = 'null'
  while (bodies.length < PAGE_STARTS) {
    const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...server.headers },
      body: walk.replace(AFTER, after),
    })
    const next = pages.next(await response.text())
    if (next === undefined) throw new Error(`${server.dialect} ended its list after ${bodies.length} pages.`)
    after = JSON.stringify(next)
    bodies.push(body.replace(AFTER, after))
  }
  return bodies
}
