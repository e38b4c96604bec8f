import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteLayout } from '../../../src/cli/aws/lake/requireDeployed.js'
import { writeMeta } from '../../../src/runtime/migration/projectMeta.js'
import { ocg } from '../../cli/ocg.js'
import { workFolder } from '../../cli/workFolder.js'
import type { DeployedHost } from '../host/deployed.js'
import { ACCOUNT } from '../host/openAwsHost.js'
import { callerIdentity } from '../servers/callerIdentity.js'
import { awsLakeOf, keeperOf } from './lakeKeeper.js'

/** `ocg lake … --aws` as processes of their own, on a project of one type `Note` with a text. */
export function lakeCommandsSuite(open: () => DeployedHost, schema: string): void {
  const sts = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(callerIdentity(ACCOUNT))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve))
    // As a deployment notes it.
    const { items } = awsLakeOf(open())
    const now = '2026-01-01T00:00:00.000Z'
    await writeMeta(items, open().project, now)
    await noteLayout(items, 'batches', now)
  })
  afterAll(() => sts.close())

  const run = async (...words: string[]) => {
    const { environment, project } = open()
    const env = {
      ...environment,
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'ADMIN',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }
    const cwd = await workFolder({ 'schema.graphql': schema })
    return ocg(['lake', ...words, '-n', project.name, '--aws'], { cwd, env })
  }
  const create = async (id: string, text: string) => {
    const input = { id, text }
    const mutation = 'mutation ($input: CreateNoteInput!) { createNote(input: $input) { id } }'
    expect(await open().api.execute(mutation, { input })).toEqual({ data: { createNote: { id } } })
    await open().settle()
  }

  describe('ocg lake', () => {
    it('verify finds nothing, and status tells of base and batches', async () => {
      await create('command', 'A note of the command line')
      expect(await run('verify')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^note +\d+ +0 +0 +0 +0$/m),
        stderr: expect.stringContaining('No differences'),
      })
      const shown = await run('status')
      expect(shown).toMatchObject({ code: 0, stderr: '' })
      expect(shown.stdout).toMatch(/^table +rows +files/)
      expect(shown.stdout).toMatch(/^note +[1-9]/m)
      const { tables } = JSON.parse((await run('status', '--json')).stdout)
      expect(tables).toMatchObject([{ table: 'note', batches: 1, foldedAt: expect.any(Number) }])
    })

    it('verify names what the lake lacks, and rebuild makes it again', async () => {
      // Every batch is lost.
      await awsLakeOf(open()).manifests.update('note', (one) => ({ ...one, batches: [] }))
      const found = await run('verify')
      expect(found).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^note command is missing$/m),
        stderr: expect.stringContaining('ocg lake rebuild --aws makes it again'),
      })
      expect(JSON.parse((await run('verify', '--json')).stdout)).toMatchObject({
        ok: false,
        clean: false,
        differences: [{ in: 'lake', table: 'note', id: 'command', kind: 'missing' }],
      })
      const rebuilt = await run('rebuild')
      expect(rebuilt).toMatchObject({ code: 0, stdout: '' })
      expect(rebuilt.stderr).toMatch(/Rebuilt the lake: \d+ rows of 1 tables\./)
      expect(JSON.parse((await run('verify', '--json')).stdout)).toMatchObject({ ok: true, differences: [] })
    })

    it('purge removes a row at once and says when the last value of it is gone', async () => {
      const unknown = await run('purge', 'notes', 'command')
      expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There are: note.') })
      const purged = await run('purge', 'Note', 'command', '--json')
      expect(purged).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(purged.stdout)).toEqual({
        ...{ ok: true, table: 'note', id: 'command', found: true, relations: 0 },
        ...{ tasks: expect.any(Number), tables: ['note'] },
      })
      const { data } = await open().api.execute('{ notes }')
      expect(JSON.stringify(data)).not.toContain('command line')
      expect((await run('status')).stdout).toMatch(/^note .*1 purged: /m)
      await keeperOf(open()).fold()
      expect(await run('verify')).toMatchObject({ code: 0 })
    })
  })
}
