import { isDeepStrictEqual } from 'node:util'
import type { Answer, Ask } from './api.js'
import { pick, type Random } from './random.js'

export interface Book {
  readonly id: string
  readonly title: string
  readonly pages: number
  readonly price: number | null
  readonly tags: readonly string[] | null
  readonly shop: { readonly city: string; readonly notes: readonly string[] | null } | null
}

/** A row as it may be now: one state when it is known, more after an answer that was lost; null: not there. */
export type Possible<Row> = readonly (Row | null)[]

export type Placement = {
  readonly bookId: string
  readonly shelfId: string
  readonly position: number
  /** `maybe` after a lost answer; `cleared` once the task that removes it has succeeded. */
  state: 'present' | 'maybe' | 'cleared'
}

/** One of those who use the backend: alone with its rows, so that it knows what they must be. */
export interface Client {
  readonly books: Map<string, Possible<Book>>
  readonly shelves: Map<string, Possible<{ readonly id: string }>>
  readonly placements: Map<string, Placement>
  /** Does one thing, whatever comes up. Throws when an answer contradicts what was acknowledged. */
  step(): Promise<void>
  readonly counts: { done: number; lost: number; refused: Record<string, number> }
}

export class Contradiction extends Error {
  override readonly name = 'Contradiction'
}

const FIELDS = 'id title pages price tags shop { city notes }'
const MOST_BOOKS = 150
const MOST_SHELVES = 6
/** As many as make some items longer than a page of the store. */
const MOST_TAGS = 600

export function createClient(name: string, random: Random, ask: Ask): Client {
  const books = new Map<string, Possible<Book>>()
  const shelves = new Map<string, Possible<{ readonly id: string }>>()
  const placements = new Map<string, Placement>()
  /** Shelves on which a deletion may run that nobody heard the beginning of. */
  const tainted = new Set<string>()
  const counts = { done: 0, lost: 0, refused: {} as Record<string, number> }
  let last = 0

  async function call(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const answer = await ask(query, variables)
    if (answer.kind === 'lost') counts.lost += 1
    else if (answer.kind === 'data') counts.done += 1
    else {
      // A row that isn't there is named in the message.
      const text = answer.code === 'NotFound' ? answer.code : `${answer.code}: ${answer.message}`
      counts.refused[text] = (counts.refused[text] ?? 0) + 1
    }
    return answer
  }

  /** What an answer with a whole row says, held against what the row could be. */
  function settle(
    id: string,
    possible: Possible<Book>,
    after: Possible<Book>,
    answer: Answer,
    row?: unknown,
  ) {
    if (answer.kind === 'data') {
      if (!after.some((one) => isDeepStrictEqual(one, row))) {
        throw new Contradiction(
          `${id} is ${JSON.stringify(row).slice(0, 300)}, and may be ${JSON.stringify(after).slice(0, 600)}`,
        )
      }
      books.set(id, [row as Book])
    } else if (answer.kind === 'error' && answer.code === 'NotFound') {
      if (!possible.includes(null)) throw new Contradiction(`${id} was acknowledged, and is not found`)
      books.set(id, [null])
    } else {
      books.set(id, distinct([...possible, ...after]))
    }
  }

  function someBook(): Book {
    last += 1
    const tags = random() < 0.1 ? Math.floor(random() * MOST_TAGS) : Math.floor(random() * 5)
    return {
      id: `${name}-${last}`,
      title: `Book ${last} of ${name}`,
      pages: Math.floor(random() * 1000),
      price: random() < 0.3 ? null : Math.floor(random() * 10_000) / 4,
      tags:
        random() < 0.2
          ? null
          : Array.from({ length: tags }, (_, at) => `tag ${at} ${Math.floor(random() * 1e6)}`),
      shop: random() < 0.5 ? null : { city: `City ${last}`, notes: random() < 0.5 ? null : ['a note'] },
    }
  }

  async function create(): Promise<void> {
    const book = someBook()
    books.set(book.id, [null])
    const answer = await call(
      `mutation ($input: CreateBookInput!) { createBook(input: $input) { ${FIELDS} } }`,
      {
        input: book,
      },
    )
    settle(book.id, [null], [book], answer, answer.kind === 'data' ? answer.data.createBook : undefined)
  }

  async function update(id: string): Promise<void> {
    const { title: _title, id: _id, ...fields } = someBook()
    const possible = books.get(id) ?? []
    const after = possible.flatMap((one) => (one ? [{ ...one, ...fields }] : []))
    const query = `mutation ($id: ID!, $input: UpdateBookInput!) { updateBook(id: $id, input: $input) { ${FIELDS} } }`
    const answer = await call(query, { id, input: fields })
    settle(id, possible, after, answer, answer.kind === 'data' ? answer.data.updateBook : undefined)
  }

  async function read(id: string): Promise<void> {
    const possible = books.get(id) ?? []
    const answer = await call(`query ($id: ID!) { readBook(id: $id) { ${FIELDS} } }`, { id })
    const row = answer.kind === 'data' ? answer.data.readBook : undefined
    const after = possible.filter((one) => one !== null)
    settle(id, possible, after, answer, row)
  }

  async function remove(kind: 'Book' | 'Shelf', id: string): Promise<void> {
    const rows: Map<string, Possible<unknown>> = kind === 'Book' ? books : shelves
    const possible = rows.get(id) ?? []
    const answer = await call(`mutation ($id: ID!) { delete${kind}(id: $id) { deleted } }`, { id })
    if (answer.kind !== 'data') return void rows.set(id, distinct([...possible, null]))
    const { deleted } = answer.data[`delete${kind}`] as { deleted: boolean }
    if (!deleted && !possible.includes(null))
      throw new Contradiction(`${id} was acknowledged, and was not there`)
    rows.set(id, [null])
  }

  async function createShelf(): Promise<void> {
    last += 1
    const id = `${name}-shelf-${last}`
    const query = 'mutation ($input: CreateShelfInput!) { createShelf(input: $input) { id } }'
    const answer = await call(query, { input: { id, label: `Shelf ${last}` } })
    shelves.set(id, answer.kind === 'data' ? [{ id }] : [null, { id }])
  }

  async function place(bookId: string, shelfId: string): Promise<void> {
    const key = `${bookId}|${shelfId}`
    if (placements.has(key) || tainted.has(shelfId)) return
    const position = Math.floor(random() * 100)
    const query = 'mutation ($b: ID!, $s: ID!, $p: Int) { place(bookId: $b, shelfId: $s, position: $p) }'
    const answer = await call(query, { b: bookId, s: shelfId, p: position })
    if (answer.kind === 'error' && answer.code === 'NotFound') {
      const isKnown = [books.get(bookId), shelves.get(shelfId)].every((one) => one && !one.includes(null))
      if (isKnown) throw new Contradiction(`${key} could not be placed, though both are there`)
      return
    }
    placements.set(key, { bookId, shelfId, position, state: answer.kind === 'data' ? 'present' : 'maybe' })
  }

  async function clear(shelfId: string): Promise<void> {
    // Its rows may be removed from here on, and no later than the task says.
    const own = [...placements.values()].filter((one) => one.shelfId === shelfId && one.state !== 'cleared')
    for (const one of own) one.state = 'maybe'
    const query = 'mutation ($s: ID!) { triggerTaskClear(shelfId: $s) { taskId } }'
    const answer = await call(query, { s: shelfId })
    if (answer.kind !== 'data') return void tainted.add(shelfId)
    const { taskId } = answer.data.triggerTaskClear as { taskId: string }
    for (;;) {
      const state = await call(`{ taskResultClear(taskId: "${taskId}") { taskStatus error } }`)
      if (state.kind === 'error' && state.code === 'NotFound')
        throw new Contradiction(`task ${taskId} is lost`)
      if (state.kind === 'data') {
        const { taskStatus, error } = state.data.taskResultClear as { taskStatus: string; error: string }
        if (taskStatus === 'FAILED') throw new Contradiction(`task ${taskId} has failed: ${error}`)
        if (taskStatus === 'SUCCEEDED') break
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    for (const one of own) one.state = 'cleared'
  }

  async function step(): Promise<void> {
    const livingBooks = [...books].flatMap(([id, possible]) => (possible.some((one) => one) ? [id] : []))
    const livingShelves = [...shelves].flatMap(([id, possible]) => (possible.some((one) => one) ? [id] : []))
    const book = pick(random, livingBooks)
    const shelf = pick(random, livingShelves)
    const dice = random()
    if (!book || dice < 0.25)
      return livingBooks.length < MOST_BOOKS ? create() : remove('Book', book as string)
    if (dice < 0.55) return update(book)
    if (dice < 0.65) return remove('Book', book)
    if (dice < 0.75) return read(book)
    if (!shelf || (dice < 0.77 && livingShelves.length < MOST_SHELVES)) return createShelf()
    if (dice < 0.9) return place(book, shelf)
    if (dice < 0.905) return clear(shelf)
    if (dice < 0.912) return remove('Shelf', shelf)
    await call(dice < 0.95 ? '{ books }' : '{ pages }')
  }

  return { books, shelves, placements, step, counts }
}

function distinct<Row>(rows: readonly Row[]): Row[] {
  return rows.filter((row, at) => !rows.slice(0, at).some((earlier) => isDeepStrictEqual(earlier, row)))
}
