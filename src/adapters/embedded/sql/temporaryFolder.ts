import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Nothing is written there for so long by work that is under way. */
const ABANDONED_MS = 24 * 60 * 60_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A folder of this prefix among the system's temporary ones for as long as the work takes. A signal that ends the
 * process takes it away first; one that could not is taken away by whoever asks for such a folder a day later.
 */
export async function withTemporaryFolder<Result>(
  prefix: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await removeAbandoned(prefix)
  const folder = await mkdtemp(join(tmpdir(), prefix))
  const onSignal = (signal: NodeJS.Signals) => {
    forget()
    rmSync(folder, { recursive: true, force: true })
    // As it would have ended without us.
    process.kill(process.pid, signal)
  }
  const forget = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await work(folder)
  } finally {
    forget()
    await rm(folder, { recursive: true, force: true })
  }
}

async function removeAbandoned(prefix: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    // Others' folders can't be read, and are theirs to remove.
    const touched = await lastTouched(folder).catch(() => Number.POSITIVE_INFINITY)
    if (Date.now() - touched > ABANDONED_MS) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

async function lastTouched(folder: string): Promise<number> {
  const files = (await readdir(folder)).map((name) => join(folder, name))
  const times = await Promise.all([folder, ...files].map(async (file) => (await stat(file)).mtimeMs))
  return Math.max(...times)
}
