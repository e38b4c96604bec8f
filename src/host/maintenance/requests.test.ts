import { expect, it } from 'vitest'
import { temporaryStore } from '../../../test/store/temporaryStore.js'
import { StoreError } from '../../ports/storeError.js'
import type { Host } from '../host.js'
import { SILENT_LOG } from '../silentLog.js'
import { startMaintenance } from './requests.js'

it('takes requests up after a start at which the store could not be written', async () => {
  const { store, remove } = await temporaryStore()
  try {
    const abandoned = await store.maintenance.submit({ kind: 'unknown' })
    await store.maintenance.take(abandoned)
    const waiting = await store.maintenance.submit({ kind: 'unknown' })
    let failures = 2
    const update: typeof store.maintenance.update = async (...args) => {
      failures -= 1
      if (failures >= 0) throw new StoreError('unavailable', 'The disk is full.')
      return store.maintenance.update(...args)
    }
    const host = {
      store: { ...store, maintenance: { ...store.maintenance, update } },
      context: { clock: Date, log: SILENT_LOG },
    } as unknown as Host
    const maintenance = startMaintenance(host)
    try {
      await expect
        .poll(() => [abandoned, waiting].map((id) => store.maintenance.get(id)?.state), { timeout: 10_000 })
        .toEqual(['failed', 'done'])
    } finally {
      await maintenance.close()
    }
  } finally {
    await remove()
  }
})
