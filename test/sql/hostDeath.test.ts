import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { newFolder, openShop, removeFolder } from './testShop.js'

it('the SQL process ends with its host, amid a statement, and leaves the folder free', async () => {
  const folder = await newFolder()
  try {
    const script = fileURLToPath(new URL('./hostProcess.ts', import.meta.url))
    const host = spawn(process.execPath, ['--import', 'tsx', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(await new Promise((resolve) => host.stdout.once('data', resolve)))
    if (process.platform === 'linux') {
      const niceness = readdirSync(`/proc/${pid}/task`).map((thread) =>
        niceOf(`/proc/${pid}/task/${thread}/stat`),
      )
      expect(new Set(niceness)).toEqual(new Set([10]))
    }
    host.kill('SIGKILL')
    const killed = performance.now()
    while (isAlive(pid)) {
      if (performance.now() - killed > 5000) throw new Error('the SQL process lives on')
      await sleep(10)
    }
    const shop = await openShop(folder)
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
    await shop.close()
  } finally {
    await removeFolder(folder)
  }
})

/** The 19th field; the second is a name in parentheses. */
function niceOf(file: string): number {
  const text = readFileSync(file, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
