import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './temporaryStore.js'

const SCRIPT = fileURLToPath(new URL('./fullDiskHost.ts', import.meta.url))
const LIMIT_KB = 12_000

function canLimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return process.platform === 'linux'
  } catch {
    return false
  }
}

/** A backend whose files may not grow beyond a limit, until `grow` lifts it from the running processes. */
async function startLimited() {
  const { folder, remove } = await temporaryFolder()
  const limit = `ulimit -S -f ${LIMIT_KB}; exec "$@"`
  const child = spawn('bash', ['-c', limit, 'bash', process.execPath, '--import', 'tsx', SCRIPT, folder], {
    // LMDB-js prints the failed commits that are wanted here.
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.stdin.end()
    await ended
    await remove()
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('ready')
  const say = async (line: string) => {
    child.stdin.write(`${line}\n`)
    return JSON.parse((await lines.next()).value as string)
  }
  return {
    ask: (query: string, variables = {}) => say(JSON.stringify({ query, variables })),
    health: () => say('health'),
    grow() {
      const pid = String(child.pid)
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' })
      for (const one of [pid, ...children.trim().split(/\s+/)]) {
        try {
          execFileSync('prlimit', ['--pid', one, '--fsize=unlimited:'], { stdio: 'pipe' })
        } catch {
          // `ps` itself is one of them.
        }
      }
    },
  }
}

const CREATE = 'mutation ($id: ID!, $text: String!) { createNote(input: { id: $id, text: $text }) { id } }'

test.runIf(canLimit())(
  'a full disk loses nothing, is told, and is over when it is over',
  { timeout: 120_000 },
  async () => {
    const backend = await startLimited()
    expect((await backend.ask('{ notes }')).data).toEqual({ notes: 0 })
    const text = 'x'.repeat(200_000)
    let stored = 0
    let refusal: { message: string; errorType: string } | undefined
    while (!refusal && stored < 500) {
      const { errors } = await backend.ask(CREATE, { id: `n${stored}`, text })
      if (errors) refusal = errors[0]
      else stored += 1
    }
    expect(stored).toBeGreaterThan(10)
    expect(refusal).toMatchObject({
      message: 'The table can not be reached or written at the moment: try again later.',
      errorType: 'Internal',
    })
    expect(await backend.health()).toEqual({
      status: 'unavailable',
      reasons: ['The table can not be written: its disk may be full, or fail.'],
    })
    // Reads and SQL go on, and show what was acknowledged, no more.
    expect((await backend.ask('{ notes }')).data).toEqual({ notes: stored })
    expect((await backend.ask(`{ readNote(id: "n${stored - 1}") { text } }`)).data).toEqual({
      readNote: { text },
    })
    expect((await backend.ask(`{ readNote(id: "n${stored}") { text } }`)).data).toEqual({ readNote: null })

    backend.grow()
    expect((await backend.ask(CREATE, { id: 'after', text })).errors).toBeUndefined()
    expect((await backend.ask('{ notes }')).data).toEqual({ notes: stored + 1 })
    const { data } = await backend.ask('mutation { triggerTaskTexts { taskId } }')
    const { taskId } = data.triggerTaskTexts
    for (;;) {
      const state = (await backend.ask(`{ taskResultTexts(taskId: "${taskId}") { taskStatus result } }`)).data
        .taskResultTexts
      expect(state.taskStatus).not.toBe('FAILED')
      if (state.taskStatus === 'SUCCEEDED') break
      await sleep(50)
    }
    const giveUp = Date.now() + 30_000
    while ((await backend.health()).status !== 'ok') {
      expect(Date.now()).toBeLessThan(giveUp)
      await sleep(200)
    }
  },
)
