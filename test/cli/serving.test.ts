import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ocg, request, serveOcg, startOcg } from './ocg.js'
import { SCHEMA, workFolder } from './workFolder.js'

const ARGS = ['-n', 'shop', '--data', 'data', '--port', '0']

describe('serve', () => {
  test('lets nobody in without the key, which it makes once', async () => {
    const cwd = await workFolder()
    const first = await serveOcg(['serve', ...ARGS], { cwd })
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await request({ ...first, apiKey: 'wrong' }, '{ trackCount }')).errors?.[0]?.errorType).toBe(
      'Unauthorized',
    )
    const without = await fetch(`${first.url}/graphql?query={trackCount}`)
    expect(without.status).toBe(401)
    const health = async () => (await fetch(`${first.url}/health`)).status
    await expect.poll(health, { timeout: 30_000 }).toBe(200)
    expect((await request(first, '{ trackCount }')).data).toEqual({ trackCount: 0 })
    expect((await stat(join(cwd, 'data', 'api-key'))).mode & 0o777).toBe(0o600)
    expect(await first.stop()).toMatchObject({ code: 0 })
    const second = await serveOcg(['serve', ...ARGS], { cwd })
    expect(second.apiKey).toBe(first.apiKey)
    expect(await second.stop('SIGINT')).toMatchObject({ code: 0 })
    const given = await serveOcg(['serve', ...ARGS], { cwd, env: { OCG_API_KEY: 'a-key-of-my-own' } })
    expect(given.apiKey).toBe('a-key-of-my-own')
    await given.stop()
    const bad = await ocg(['serve', ...ARGS, '--api-key', 'ü'], { cwd })
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('The API key is not usable.') })
  })

  test('prints one line on stdout, and keeps data over a restart', async () => {
    const cwd = await workFolder()
    const first = await serveOcg(['serve', ...ARGS], { cwd })
    await request(first, 'mutation { createTrack(input: { id: "1", name: "A" }) { id } }')
    const { code, stdout } = await first.stop()
    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 2 })
    const second = await serveOcg(['serve', ...ARGS], { cwd })
    expect((await request(second, '{ readTrack(id: "1") { name } trackCount }')).data).toEqual({
      readTrack: { name: 'A' },
      trackCount: 1,
    })
    await second.stop()
  })

  test('says when the port is taken, or the folder, or when the schema has mistakes', async () => {
    const cwd = await workFolder({ 'broken.graphql': 'type User { id: String! }' })
    const first = await serveOcg(['serve', ...ARGS], { cwd })
    const port = new URL(first.url).port
    const taken = await ocg(['serve', '-n', 'shop', '--data', 'other', '--port', port], { cwd })
    expect(taken).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`Port ${port} of 127.0.0.1 is in use.`),
    })
    const folder = await ocg(['serve', ...ARGS], { cwd })
    expect(folder).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`already served by process ${first.child.pid}`),
    })
    expect(folder.stderr).toContain(first.url)
    const broken = await ocg(['serve', ...ARGS, '-f', 'broken.graphql'], { cwd })
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('at broken.graphql:1:17') })
    await first.stop()
  })
})

describe('dev', () => {
  test('lets this machine in without a key', async () => {
    const cwd = await workFolder()
    const served = await serveOcg(['dev', ...ARGS], { cwd })
    const body = JSON.stringify({ query: '{ trackCount }' })
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await response.json()).toEqual({ data: { trackCount: 0 } })
    expect(await served.stop()).toMatchObject({ code: 0 })
  })

  test('follows the schema, keeps the data, and survives mistakes', async () => {
    const cwd = await workFolder()
    const file = join(cwd, 'schema.graphql')
    const served = await serveOcg(['dev', ...ARGS], { cwd })
    await request(served, 'mutation { createTrack(input: { id: "1", name: "A" }) { id } }')

    const longer = SCHEMA.replace('seconds: Int', 'seconds: Int\n  label: String')
    await writeFile(file, longer)
    await served.saw('"reloaded"')
    const query = 'mutation { updateTrack(id: "1", input: { label: "L" }) { name label } }'
    expect((await request(served, query)).data).toEqual({ updateTrack: { name: 'A', label: 'L' } })

    // A mistake: shown with its place, and the last good version goes on.
    let from = served.stderr().length
    await writeFile(file, longer.replace('name: String!', 'name: Strin!'))
    await served.saw('"diagnostics"', from)
    expect(served.stderr().slice(from)).toContain('"line":4')
    expect((await request(served, '{ readTrack(id: "1") { label } }')).data).toEqual({
      readTrack: { label: 'L' },
    })

    // Gone for a moment, then put in place by a rename, as editors do.
    from = served.stderr().length
    await rm(file)
    await served.saw('There is no schema.graphql', from)
    from = served.stderr().length
    await writeFile(`${file}.new`, longer.replace('label: String', 'label: String\n  more: Int'))
    await rename(`${file}.new`, file)
    await served.saw('"reloaded"', from)
    expect((await request(served, '{ readTrack(id: "1") { label more } trackCount }')).data).toEqual({
      readTrack: { label: 'L', more: null },
      trackCount: 1,
    })

    // What the data contradicts is refused with the reason.
    from = served.stderr().length
    await writeFile(file, longer.replace('label: String', 'label: Int'))
    await served.saw('"refused"', from)
    expect(served.stderr().slice(from)).toContain('Track 1')
    expect((await request(served, '{ readTrack(id: "1") { label } }')).data).toEqual({
      readTrack: { label: 'L' },
    })
    expect(await served.stop('SIGINT')).toMatchObject({ code: 0 })
  })

  test('starts with a broken schema and waits for it to be mended', async () => {
    const cwd = await workFolder({ 'schema.graphql': 'type Track { id: ID! name: }' })
    const started = await startOcg(['dev', ...ARGS], { cwd })
    await started.saw('"diagnostics"')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await writeFile(join(cwd, 'schema.graphql'), SCHEMA)
    const served = await started.ready
    expect((await request(served, '{ trackCount }')).data).toEqual({ trackCount: 0 })
    expect(await served.stop()).toMatchObject({ code: 0 })
  })

  test('follows a folder: new and removed files count', async () => {
    const cwd = await workFolder()
    const served = await serveOcg(['dev', ...ARGS, '-f', '.'], { cwd })
    await writeFile(join(cwd, 'more.graphql'), 'type Genre { id: ID! }')
    await served.saw('"reloaded"')
    expect((await request(served, 'mutation { createGenre(input: { id: "g" }) { id } }')).data).toEqual({
      createGenre: { id: 'g' },
    })
    const from = served.stderr().length
    await request(served, 'mutation { deleteGenre(id: "g") { deleted } }')
    await rm(join(cwd, 'more.graphql'))
    await served.saw('"reloaded"', from)
    await served.stop()
  })
})
