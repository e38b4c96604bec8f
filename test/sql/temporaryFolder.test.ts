import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const HOLD = `
  const { withTemporaryFolder } = await import('./src/adapters/embedded/sql/temporaryFolder.ts')
  const { writeFileSync } = await import('node:fs')
  await withTemporaryFolder('ocg-test-', async (folder) => {
    writeFileSync(folder + '/image.duckdb', 'rows')
    console.log(folder)
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.HOLD_MS)))
  })
  console.log('done')
`

async function hold(milliseconds: number) {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'ocg-place-')))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  const begin = async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', HOLD], {
      env: { ...process.env, TMPDIR: place, HOLD_MS: String(milliseconds) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    return { child, ended }
  }
  const folders = async () => (await readdir(place)).filter((name) => name.startsWith('ocg-test-'))
  return { place, begin, folders }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s takes it away and ends the process',
  async (signal) => {
    const { begin, folders } = await hold(60_000)
    const { child, ended } = await begin()
    expect(await folders()).toHaveLength(1)
    child.kill(signal)
    expect(await ended).toBe(signal)
    expect(await folders()).toEqual([])
  },
)

test('it goes with the work, and takes along what a killed process has left a day ago', async () => {
  const { place, begin, folders } = await hold(1)
  await mkdir(join(place, 'ocg-test-old'))
  await mkdir(join(place, 'ocg-test-used'))
  await writeFile(join(place, 'ocg-test-old', 'image.duckdb'), 'rows')
  await writeFile(join(place, 'ocg-test-used', 'image.duckdb'), 'rows')
  const yesterday = new Date(Date.now() - 25 * 60 * 60_000)
  for (const name of ['ocg-test-old/image.duckdb', 'ocg-test-old', 'ocg-test-used']) {
    await utimes(join(place, name), yesterday, yesterday)
  }
  const { ended } = await begin()
  expect(await ended).toBe(0)
  expect(await folders()).toEqual(['ocg-test-used'])
})
