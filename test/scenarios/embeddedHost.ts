import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBackend } from '../../src/index.js'
import type { ScenarioAnswer, ScenarioHost } from './scenarioHost.js'

export const SCENARIO_SCHEMA = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')

/** The scenarios' schema on the embedded host. */
export async function openEmbeddedHost(): Promise<ScenarioHost & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-scenarios-'))
  const backend = await openBackend({ schema: SCENARIO_SCHEMA, data: folder, name: 'scenarios' })
  const { host } = backend
  return {
    execute: async (query, variables) => (await backend.execute({ query, variables })) as ScenarioAnswer,
    async settle() {
      const end = Date.now() + 30_000
      const isSettled = () =>
        host.cascadePosition() >= host.store.feed.head() && host.store.stats().queueDepths.cascade === 0
      while (!isSettled()) {
        if (Date.now() > end) throw new Error('The cascades have not ended.')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await host.sql.waitUntilFresh(30_000)
    },
    async close() {
      await backend.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
