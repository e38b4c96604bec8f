import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ocg, request, serveOcg, startOcg } from '../cli/ocg.js'
import { CANARY, ID, neighbour, SCHEMA, TRACES } from './canaries.js'
import { searchFolder } from './searchFolder.js'

async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-purge-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'schema.graphql'), SCHEMA)
  return folder
}

const NAMED = ['-n', 'people', '-f', 'schema.graphql', '--data', 'data']
const PURGE = ['lake', 'purge', 'Person', ID, ...NAMED]

async function importPeople(cwd: string): Promise<void> {
  const rows = [...Array.from({ length: 50 }, (_, at) => neighbour(at)), CANARY]
  await writeFile(join(cwd, 'person.jsonl'), rows.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const imported = await ocg(['import', 'person.jsonl', ...NAMED], { cwd })
  expect(imported.stderr).toContain('51')
}

test('ocg lake purge asks a running host, and works again when it was killed', {
  timeout: 180_000,
}, async () => {
  const cwd = await workFolder()
  const data = join(cwd, 'data')
  await importPeople(cwd)
  const served = await serveOcg(['serve', ...NAMED, '--port', '0'], { cwd })
  expect((await request(served, '{ people }')).data).toEqual({ people: 51 })
  expect(await searchFolder(data, TRACES)).not.toEqual([])
  // The host goes in the middle of it: the command says so, and what to do.
  const asking = await startOcg(PURGE, { cwd })
  await sleep(900)
  await served.stop('SIGKILL')
  const asked = await asking.ended
  if (asked.code !== 0) {
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('run the same command again')])
  }
  // Without a host, and killed as well.
  for (const wait of [1200, 2400]) {
    const alone = await startOcg(PURGE, { cwd })
    await sleep(wait)
    await alone.stop('SIGKILL')
  }
  const again = await serveOcg(['serve', ...NAMED, '--port', '0'], { cwd })
  const purged = await ocg([...PURGE, '--json'], { cwd })
  expect([purged.code, purged.stderr]).toEqual([0, ''])
  expect(JSON.parse(purged.stdout)).toMatchObject({ ok: true, table: 'person', id: ID })
  expect((await request(again, '{ people }')).data).toEqual({ people: 50 })
  expect(await searchFolder(data, TRACES)).toEqual([])
  await again.stop()
  expect(await searchFolder(data, TRACES)).toEqual([])

  const never = await ocg(['lake', 'purge', 'Person', 'never', ...NAMED], { cwd })
  expect([never.code, never.stderr]).toEqual([0, expect.stringContaining('no such row in person')])
  const unknown = await ocg(['lake', 'purge', 'Persn', 'never', ...NAMED], { cwd })
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('Did you mean person?')])
})
