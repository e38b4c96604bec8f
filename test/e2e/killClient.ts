import { request, type Served } from '../cli/ocg.js'

/** What one client knows that the backend has acknowledged, and what it can't know. It alone writes its ids. */
export interface Ledger {
  /** Name by id; null once deleted. Several values where the answer to a write was lost. */
  readonly tracks: Map<string, readonly (string | null)[]>
  /** Placings that must be there, as `playlist|track|position`. */
  readonly placed: Set<string>
  /** Placings that must be gone, by a cascade or a deletion task. */
  readonly gone: Set<string>
  /** Placings of which nothing is known. */
  readonly unknown: Set<string>
  readonly tasks: Set<string>
}

export function emptyLedger(): Ledger {
  return { tracks: new Map(), placed: new Set(), gone: new Set(), unknown: new Set(), tasks: new Set() }
}

/** The backend has answered with an error: never expected here. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

/** Writes at random until the backend is gone. Throws `UnexpectedAnswer`. */
export async function writeUntilKilled(
  served: Served,
  client: string,
  ledger: Ledger,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  let serial = 0
  const stamp = `${client}-${Math.floor(random() * 1e9).toString(36)}`
  const playlist = `p-${client}`
  const own: string[] = []

  /** Sends a mutation. Undefined when its fate is unknown: killed before the answer. */
  async function send(query: string): Promise<Record<string, unknown> | undefined> {
    let answer: Awaited<ReturnType<typeof request>>
    try {
      answer = await request(served, query, {}, signal)
    } catch {
      return undefined
    }
    if (answer.errors) throw new UnexpectedAnswer(`${query}: ${JSON.stringify(answer.errors)}`)
    return answer.data
  }

  async function create(): Promise<boolean> {
    const id = `${stamp}-${serial++}`
    const done = await send(`mutation { createTrack(input: { id: "${id}", name: "0" }) { id } }`)
    ledger.tracks.set(id, done ? ['0'] : [null, '0'])
    if (done) own.push(id)
    return done !== undefined
  }

  async function update(id: string): Promise<boolean> {
    const before = ledger.tracks.get(id) ?? []
    const name = `${serial++}`
    const done = await send(`mutation { updateTrack(id: "${id}", input: { name: "${name}" }) { name } }`)
    ledger.tracks.set(id, done ? [name] : [...before, name])
    return done !== undefined
  }

  async function place(list: string, track: string, position: number): Promise<boolean> {
    const done = await send(
      `mutation { place(playlistId: "${list}", trackId: "${track}", position: ${position}) }`,
    )
    ;(done ? ledger.placed : ledger.unknown).add(`${list}|${track}|${position}`)
    return done !== undefined
  }

  function markGone(isGone: (placing: string) => boolean, to: Set<string>): void {
    for (const placing of [...ledger.placed, ...ledger.unknown]) {
      if (!isGone(placing)) continue
      ledger.placed.delete(placing)
      ledger.unknown.delete(placing)
      to.add(placing)
    }
  }

  /** A track that is deleted takes its placings along. */
  async function remove(id: string): Promise<boolean> {
    own.splice(own.indexOf(id), 1)
    const before = ledger.tracks.get(id) ?? []
    const done = await send(`mutation { deleteTrack(id: "${id}") { deleted } }`)
    ledger.tracks.set(id, done ? [null] : [...before, null])
    markGone((placing) => placing.split('|')[1] === id, done ? ledger.gone : ledger.unknown)
    return done !== undefined
  }

  /** A playlist of its own is filled, then cleared by a deletion task. */
  async function clear(): Promise<boolean> {
    const list = `c-${stamp}-${serial++}`
    if (!(await send(`mutation { createPlaylist(input: { id: "${list}", name: "" }) { id } }`))) return false
    for (const track of own.slice(-3)) if (!(await place(list, track, 1))) return false
    const done = await send(`mutation { triggerTaskClear(playlistId: "${list}") { taskId } }`)
    markGone((placing) => placing.startsWith(`${list}|`), done ? ledger.gone : ledger.unknown)
    if (done) ledger.tasks.add((done.triggerTaskClear as { taskId: string }).taskId)
    return done !== undefined
  }

  async function ask(): Promise<boolean> {
    const done = await send('mutation { triggerTaskTrackNames { taskId } }')
    if (done) ledger.tasks.add((done.triggerTaskTrackNames as { taskId: string }).taskId)
    return done !== undefined
  }

  const pick = () => own[Math.floor(random() * own.length)] as string
  let alive = (await create()) && (await create())
  while (alive && !signal.aborted) {
    const dice = random()
    if (own.length < 3 || dice < 0.35) alive = await create()
    else if (dice < 0.55) alive = await update(pick())
    else if (dice < 0.8)
      alive = await place(playlist, pick(), Math.floor(random() * 3) === 0 ? 2 : 1).catch(rethrowConflict)
    else if (dice < 0.9) alive = await remove(pick())
    else if (dice < 0.95) alive = await clear()
    else alive = await ask()
  }
}

/** The same pair with another position is refused, and nothing has changed. */
function rethrowConflict(error: unknown): true {
  if (error instanceof UnexpectedAnswer && error.message.includes('Conflict')) return true
  throw error
}
