import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openStore } from '../../../src/adapters/embedded/store/openStore.js'
import type { Ask } from './api.js'
import type { Book, Client } from './client.js'

async function data(ask: Ask, query: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await ask(query)
  if (answer.kind !== 'data') throw new Error(`${query} was answered with ${JSON.stringify(answer)}`)
  return answer.data
}

/** Every difference between what was acknowledged and what the API shows. */
export async function compareTable(ask: Ask, clients: readonly Client[]): Promise<string[]> {
  const problems: string[] = []
  const stored = new Map<string, Book>()
  for (let token: string | null = null; ; ) {
    const from: string = token === null ? '' : `, nextToken: ${JSON.stringify(token)}`
    const answer = await data(
      ask,
      `{ listBooks(limit: 500${from}) { items { id title pages price tags shop { city notes } } nextToken } }`,
    )
    const page = answer.listBooks as { readonly items: readonly Book[]; readonly nextToken: string | null }
    for (const book of page.items) stored.set(book.id, book)
    token = page.nextToken
    if (token === null) break
  }
  for (const client of clients) {
    for (const [id, possible] of client.books) {
      const found = stored.get(id) ?? null
      stored.delete(id)
      if (possible.some((one) => isDeepStrictEqual(one, found))) continue
      problems.push(
        `book ${id}: ${JSON.stringify(found)?.slice(0, 200)} is none of ${possible.length} possible states`,
      )
    }
  }
  for (const id of stored.keys()) problems.push(`book ${id} was never written`)
  return problems
}

/** Every difference between the relations that must be and those that SQL shows. */
export async function compareRelations(ask: Ask, clients: readonly Client[]): Promise<string[]> {
  const { triggerTaskPlaced } = await data(ask, 'mutation { triggerTaskPlaced { taskId } }')
  const { taskId } = triggerTaskPlaced as { taskId: string }
  const shown = new Map<string, number | null>()
  for (let token: string | null = null; ; ) {
    const from: string = token === null ? '' : `, nextToken: ${JSON.stringify(token)}`
    const answer = await data(
      ask,
      `{ taskResultPlaced(taskId: "${taskId}"${from}) { taskStatus error nextToken result { bookId shelfId position } } }`,
    )
    const page = answer.taskResultPlaced as {
      readonly taskStatus: string
      readonly error: string | null
      readonly nextToken: string | null
      readonly result: readonly { bookId: string; shelfId: string; position: number | null }[] | null
    }
    if (page.taskStatus === 'FAILED') return [`the task of the relations has failed: ${page.error}`]
    if (page.taskStatus === 'RUNNING') {
      await new Promise((resolve) => setTimeout(resolve, 50))
      continue
    }
    for (const row of page.result ?? []) shown.set(`${row.bookId}|${row.shelfId}`, row.position)
    token = page.nextToken
    if (token === null) break
  }
  const problems: string[] = []
  for (const { books, shelves, placements } of clients) {
    for (const [key, { bookId, shelfId, position, state }] of placements) {
      const found = shown.get(key)
      shown.delete(key)
      const ends = [books.get(bookId), shelves.get(shelfId)]
      const isGone = state === 'cleared' || ends.some((end) => end?.every((one) => one === null))
      const isCertain = state === 'present' && ends.every((end) => end && !end.includes(null))
      if (isGone && found !== undefined) problems.push(`relation ${key} should be gone`)
      if (isCertain && found === undefined) problems.push(`relation ${key} was acknowledged and is missing`)
      if (found !== undefined && found !== position) problems.push(`relation ${key} has another position`)
    }
  }
  for (const key of shown.keys()) problems.push(`relation ${key} was never made`)
  return problems
}

/** Files of a folder that no host uses now, and that nobody needs. */
export async function orphansIn(folder: string): Promise<string[]> {
  const store = await openStore(folder)
  const kept = new Set<string>()
  try {
    for (let after: string | undefined; ; ) {
      const page = store.executions.list({ limit: 500, ...(after !== undefined && { after }) })
      for (const { id, execution } of page) if (execution.state === 'SUCCEEDED') kept.add(`${id}.jsonl`)
      after = page.at(-1)?.id
      if (after === undefined) break
    }
    if (store.deadLetters.count() > 0) return [`${store.deadLetters.count()} dead letters`]
  } finally {
    await store.close()
  }
  const orphans: string[] = []
  let images = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const name = relative(folder, join(entry.parentPath, entry.name))
    if (/^image.*\.duckdb$/.test(name)) images += 1
    else if (name.startsWith('results/')) {
      if (!kept.has(entry.name)) orphans.push(name)
    } else if (!KNOWN.some((pattern) => pattern.test(name))) orphans.push(name)
  }
  if (images !== 1) orphans.push(`${images} images`)
  return orphans
}

const KNOWN = [
  /^store\/(gate\/)?(data|lock)\.mdb$/,
  /^api-key$/,
  /^lake\/publication\.json$/,
  /^lake\/tables\/[a-z]+\/year=\d{4}\/month=\d{2}\/day=\d{2}\/rows\.parquet$/,
]
