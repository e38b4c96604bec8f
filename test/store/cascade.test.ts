import { expect, it } from 'vitest'
import { cascadeMessageOf } from '../../src/adapters/aws/events/messages.js'
import { relationSideKey } from '../../src/model/keys.js'
import type { CascadeMessage } from '../../src/ports/queue.js'
import { DEFAULT_RUNTIME_LIMITS } from '../../src/runtime/context.js'
import { runCascade } from '../../src/runtime/deletion/cascade.js'
import { temporaryStore } from './temporaryStore.js'

it('gets to the end, however little time it has and however many relations are of another incarnation', async () => {
  const { store, remove } = await temporaryStore()
  try {
    const side = (relationId: string, entityIncarnation: string) => ({
      ...relationSideKey('user', 'ada', relationId),
      entityType: 'joinRelation',
      relationId,
      entityIncarnation,
    })
    const others = Array.from({ length: 250 }, (_, index) => side(`a${1000 + index}`, 'second'))
    for (const item of [...others, side('z', 'first')]) await store.table.write({ kind: 'put', item })
    const sent: CascadeMessage[] = [{ entityType: 'user', entityId: 'ada', incarnation: 'first' }]
    const context = {
      table: store.table,
      limits: DEFAULT_RUNTIME_LIMITS,
      remainingMs: () => 0,
      queues: { cascade: { send: async (message: CascadeMessage) => void sent.push(message) } },
    }
    let handled = 0
    for (let next = sent.shift(); next && handled < 10; next = sent.shift()) {
      // As a queue would bring it.
      await runCascade(context, cascadeMessageOf(JSON.stringify(next)) as CascadeMessage)
      handled += 1
    }
    expect(handled).toBe(3)
    expect(await store.table.get(side('z', 'first'))).toBeUndefined()
    expect(await store.table.get(side('a1000', 'second'))).toBeDefined()
  } finally {
    await remove()
  }
})
