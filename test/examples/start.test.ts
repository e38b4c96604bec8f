import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answers } from '../musicShop/answers.js'
import { ROW_COUNTS } from '../musicShop/source.js'

const START = fileURLToPath(new URL('../../examples/music-shop/start.mjs', import.meta.url))

/** An import and two starts, each a process of its own. */
const TIMEOUT_MS = 180_000

let folder: string
let blocker: Server
const children: ChildProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocg-start-'))
  // Port 4000 is taken, by this or by whatever has it already.
  blocker = createServer()
  await new Promise<void>((resolve) => {
    blocker.once('error', () => resolve())
    blocker.listen({ port: 4000, host: '127.0.0.1' }, resolve)
  })
})
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) await stop(child)
  blocker.close()
  await rm(folder, { recursive: true, force: true })
})

it(
  'imports once, takes a free port, and shows three queries that work',
  async () => {
    const first = await startShop()
    expect(first.output).toContain('Importing the music shop')
    expect(first.output).toContain('Port 4000 is taken')
    expect(first.output).toContain('Imported 15,607 rows')
    expect(first.calls).toHaveLength(3)
    for (const { url, body, answer } of first.calls) {
      const again = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      expect(await again.text()).toBe(answer)
    }
    const [, years, songs] = first.calls.map(
      ({ answer }) => JSON.parse(answer).data as Record<string, unknown>,
    )
    expect(years).toEqual({ revenueByPeriod: answers.revenueByPeriod('YEAR') })
    const found = answers.searchTracks('midnight', 3).map(({ name, artist }) => ({ name, artist }))
    expect(songs).toEqual({ searchTracks: found })
    expect(await first.stop()).toBe(0)

    const second = await startShop()
    expect(second.output).not.toContain('Import')
    expect(second.calls.map(({ answer }) => answer)).toEqual(first.calls.map(({ answer }) => answer))
    expect(await second.stop()).toBe(0)
  },
  TIMEOUT_MS,
)

it('has as many rows to import as the example says', () => {
  expect(Object.values<number>(ROW_COUNTS).reduce((sum, count) => sum + count)).toBe(15_607)
})

interface Call {
  readonly url: string
  readonly body: string
  readonly answer: string
}

/** Runs `npm start`'s program until it has shown its queries. */
async function startShop() {
  const child = spawn(process.execPath, [START, '--data', join(folder, 'shop')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let output = ''
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  await new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk
      if (callsIn(output).length === 3) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then(() => resolve())
  })
  return { output, calls: callsIn(output), stop: () => stop(child) }
}

function stop(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  child.kill('SIGTERM')
  return ended
}

/** The curl commands that were shown, each with the line below it. */
function callsIn(output: string): Call[] {
  const lines = output.split('\n')
  return lines.flatMap((line, index) => {
    const [, url, body] =
      line.match(/^curl -s (\S+) -H 'content-type: application\/json' -d '([^']+)'$/) ?? []
    const answer = lines[index + 1]
    // The last line may still be on its way.
    return url && body && answer && lines[index + 2] !== undefined ? [{ url, body, answer }] : []
  })
}
