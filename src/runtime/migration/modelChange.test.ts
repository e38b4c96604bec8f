import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryStore } from '../../../test/store/temporaryStore.js'
import type { Store } from '../../adapters/embedded/store/store.js'
import { compileSchema } from '../../index.js'
import type { Project } from '../../model/types.js'
import { planModelChange } from './modelChange.js'
import { readMeta } from './projectMeta.js'

const NOW = '2026-01-02T03:04:05.006Z'

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  ;({ store, remove } = await temporaryStore())
})

afterEach(() => remove())

/** Whether the disk takes what it fails. */
async function change(project: Project, taken?: boolean) {
  const { table, fieldHistory: history } = store
  const write: typeof table.write = async (one) => {
    if (taken !== false) await table.write(one)
    if (taken !== undefined) throw new Error('EIO')
    return { ok: true }
  }
  return planModelChange({ project, table: { ...table, write }, history })
}

describe('a model whose noting fails', () => {
  it('is in force when the disk has taken it all the same', async () => {
    const [first, next] = await Promise.all([projectOf('a: Int'), projectOf('a: Int!')])
    await (await change(first)).note(NOW)
    await (await change(next, true)).note(NOW)
    expect(await readMeta(store.table)).toMatchObject({ modelHash: next.hash, history: 2 })
  })

  it('is not, when it has not', async () => {
    const [first, next] = await Promise.all([projectOf('a: Int'), projectOf('a: Int!')])
    await (await change(first)).note(NOW)
    await expect((await change(next, false)).note(NOW)).rejects.toThrow('EIO')
    expect(await readMeta(store.table)).toMatchObject({ modelHash: first.hash, history: 1 })
  })
})

async function projectOf(field: string): Promise<Project> {
  const result = await compileSchema([{ file: 's.graphql', text: `type Song { id: ID! ${field} }` }], {
    project: 'noted',
  })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.project
}
