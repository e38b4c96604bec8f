import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ocg, serveOcg } from './ocg.js'
import { jsonLines, workFolder } from './workFolder.js'

const TRACKS = jsonLines([
  { id: 't1', name: 'One', seconds: 1, createdAt: '2024-01-02T03:04:05.000Z' },
  { id: 't2', name: 'Two', createdAt: '2024-01-03T03:04:05.000Z' },
])

async function filled(): Promise<string> {
  const cwd = await workFolder({ 'track.jsonl': TRACKS })
  expect(await ocg(['import', '-n', 'shop', '--data', 'data', 'track.jsonl'], { cwd })).toMatchObject({
    code: 0,
  })
  return cwd
}

// Each of these is several processes, one after the other.
describe('ocg lake', { timeout: 180_000 }, () => {
  test('looks after a folder without a server', async () => {
    const cwd = await filled()
    const lake = (...args: readonly string[]) =>
      ocg(['lake', ...args, '-n', 'shop', '--data', 'data'], { cwd })
    const status = await lake('status')
    expect(status.code).toBe(0)
    expect(status.stdout).toMatch(/^track +2 +0\.0 % +0 /m)
    expect(status.stdout).toContain('SQL        shows every write')
    expect(status.stdout).toContain('published  not yet')
    expect(await lake('publish')).toMatchObject({ code: 0, stdout: '' })
    const verified = await lake('verify')
    expect(verified.code).toBe(0)
    expect(verified.stderr).toContain('No differences: the lake shows what the table holds.')
    expect(verified.stdout).toMatch(/^track +files +2 +0 +0 +0 +0 +0 +0$/m)
    const days = join(cwd, 'data/lake/tables/track/year=2024/month=01')
    expect(readdirSync(days)).toEqual(['day=02', 'day=03'])
    rmSync(join(days, 'day=03'), { recursive: true })
    const broken = await lake('verify')
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('files: track t2 is missing')
    expect(broken.stderr).toContain('1 differences. ocg lake rebuild makes the lake again')
    const rebuilt = await lake('rebuild')
    expect(rebuilt).toMatchObject({ code: 0, stdout: '' })
    expect(rebuilt.stderr).toContain('Rebuilt the query image: 2 rows of 3 tables')
    expect((await lake('verify')).code).toBe(0)
  })

  test('has the running server do it', async () => {
    const cwd = await filled()
    const server = await serveOcg(['dev', '-n', 'shop', '--data', 'data', '--port', '0'], { cwd })
    // The schema is the server's: none is read here.
    const args = ['-n', 'shop', '--data', 'data', '-f', 'none.graphql', '--json']
    const rebuilt = await ocg(['lake', 'rebuild', ...args], { cwd })
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ ok: true, tables: 3, rows: 2 })
    const status = await ocg(['lake', 'status', ...args], { cwd })
    expect(JSON.parse(status.stdout)).toMatchObject({
      ok: true,
      tables: expect.arrayContaining([expect.objectContaining({ table: 'track', rows: 2 })]),
      sql: { lagRecords: 0 },
    })
    const verified = await ocg(['lake', 'verify', ...args], { cwd })
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, clean: true, differences: [] })
    await server.stop()
  })

  test('makes no folder of a mistyped name', async () => {
    const cwd = await workFolder()
    const { code, stderr } = await ocg(['lake', 'status', '-n', 'shop', '--data', 'dta'], { cwd })
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no data in'),
    })
  })
})
