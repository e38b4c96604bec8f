import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import { ocg, request, serveOcg } from './ocg.js'
import { workFolder } from './workFolder.js'

const ARGS = ['-n', 'shop', '--data', 'data']

test('tasks are listed, shown and cancelled, also while a host runs', async () => {
  const cwd = await workFolder()
  const served = await serveOcg(['serve', ...ARGS, '--port', '0'], { cwd })
  const { data } = await request(served, 'mutation { triggerTaskTrackNames { taskId } }')
  const id = data.triggerTaskTrackNames.taskId
  for (;;) {
    const { data } = await request(served, `{ taskResultTrackNames(taskId: "${id}") { taskStatus } }`)
    if (data.taskResultTrackNames.taskStatus !== 'RUNNING') break
  }
  const listed = await ocg(['tasks', ...ARGS], { cwd })
  expect(listed.stdout).toMatch(new RegExp(`^${id} +trackNames +SUCCEEDED`, 'm'))
  const shown = await ocg(['tasks', 'show', id, ...ARGS, '--json'], { cwd })
  expect(JSON.parse(shown.stdout)).toMatchObject({ id, operation: 'trackNames', taskStatus: 'SUCCEEDED' })
  const cancelled = await ocg(['tasks', 'cancel', id, ...ARGS], { cwd })
  expect(cancelled).toMatchObject({ code: 3, stderr: expect.stringContaining('is not running any more') })
  const unknown = await ocg(['tasks', 'show', 'nothing', ...ARGS], { cwd })
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no task nothing.') })
  await served.stop()
  const empty = await ocg(['tasks', 'list', ...ARGS, '--status', 'FAILED', '--json'], { cwd })
  expect(JSON.parse(empty.stdout)).toEqual({ tasks: [], total: 0 })
})

test('dead letters are listed and replayed', async () => {
  const cwd = await workFolder()
  const store = await openStore(join(cwd, 'data'))
  const subject = { entityType: 'track', entityId: 'x', incarnation: 'i' }
  const sequence = await store.deadLetters.add({
    source: 'cascade',
    subject,
    error: 'It broke.\u001b[2J',
    attempts: 5,
  })
  await store.close()
  const listed = await ocg(['dlq', ...ARGS], { cwd })
  expect(listed.stdout).toContain(sequence)
  expect(listed.stdout).toMatch(/cascade +track#x +5 /)
  expect(listed.stdout).not.toContain('\u001b')
  const missing = await ocg(['dlq', 'replay', 'nothing', ...ARGS], { cwd })
  expect(missing).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no dead letter nothing.'),
  })
  const replayed = await ocg(['dlq', 'replay', '--all', ...ARGS, '--json'], { cwd })
  expect(JSON.parse(replayed.stdout)).toEqual({ ok: true, replayed: [sequence], missing: [] })
  const after = await ocg(['dlq', 'list', ...ARGS, '--json'], { cwd })
  expect(JSON.parse(after.stdout)).toEqual({ deadLetters: [], total: 0 })
  const again = await openStore(join(cwd, 'data'))
  expect(again.queue('cascade').depth()).toBe(1)
  await again.close()
})
