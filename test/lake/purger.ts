import { manifestOf, step } from '../../src/runtime/lake/keepTable.js'
import { advancePurges, startPurge } from '../../src/runtime/lake/purges.js'
import { removeRetired } from '../../src/runtime/lake/retire.js'
import { sweepObjects } from '../../src/runtime/lake/sweepObjects.js'
import type { LakeProcesses } from './lakeProcesses.js'
import { NOTE_TABLE } from './lakeWorld.js'

const MONTH = '2024-05'
const DAY_MS = 24 * 60 * 60_000
/** Times that a purge may wait for hours: it has one longest wait, and a day or two for what nobody named. */
const MOST_WAITS = 8

/**
 * Removes a row, purges it, and keeps the lake until the purge has ended. From then on no object and no file of the base may
 * hold a value of the row, whatever the others do.
 */
export function purger(lake: LakeProcesses, name: string, id: string): void {
  let isDone = false
  const { world, turns } = lake
  // What happens while a statement runs is what other systems are about. It takes a moment: a purge goes by what came after what.
  world.base.onStart = () => {
    world.base.finish()
    world.now += 1
  }
  lake.watch({
    state: () => [isDone, world.base.files],
    problems: () => (isDone ? valuesOf(lake, id) : []),
  })
  async function purge(): Promise<void> {
    await turns.take(name, 'removes the row', async () => void (await lake.projected(lake.remove(id))))
    const context = withoutLeftovers(lake, name)
    await startPurge(context, 'note', [MONTH])
    for (let waits = 0; waits < MOST_WAITS; ) {
      const { isFoldWanted } = await advancePurges(context, 'note')
      const manifest = await manifestOf(context, NOTE_TABLE)
      if (!manifest.purges) {
        isDone = true
        return
      }
      const state = await step(context, NOTE_TABLE, manifest, isFoldWanted)
      if (state !== 'idle') continue
      await removeRetired(context, 'note')
      await sweepObjects(context, NOTE_TABLE)
      // Old snapshots first; what nobody came to name goes when its day is long over.
      const ms = waits === 0 ? world.settings.snapshotAgeMs + world.settings.queryMs : DAY_MS
      waits += 1
      await turns.take(
        name,
        'time passes',
        () => {
          world.now += ms
        },
        // Neither a query nor a function runs for so long.
        () => lake.isQuiet,
      )
    }
    throw new Error('The purge comes to no end.')
  }
  lake.process(name, purge())
}

function withoutLeftovers(lake: LakeProcesses, name: string): ReturnType<LakeProcesses['context']> {
  const context = lake.context(name)
  if (!lake.mutations.noLeftovers) return context
  const list: typeof context.objects.list = async (request) =>
    request.prefix.startsWith('batches/') ? { objects: [] } : context.objects.list(request)
  const { get, put, delete: remove, deleteMany } = context.objects
  return { ...context, objects: { get, put, delete: remove, deleteMany, list } }
}

function valuesOf({ world }: LakeProcesses, id: string): string[] {
  const holds = (rows: readonly { readonly id: string; readonly values?: unknown }[] = []) =>
    rows.some((row) => row.id === id && row.values !== undefined)
  const objects = [...world.objects.keys()].filter(
    (key) => key.startsWith('batches/') && holds(world.rowsOf(key)),
  )
  const files = world.base.files.filter(({ rows }) => holds(rows))
  return [
    ...objects.map((key) => `A value of ${id} is left in an object: ${key}`),
    ...files.map(() => `A value of ${id} is left in a file of the base.`),
  ]
}
