import type { Committer } from './committer.js'
import { type Environment, renewReads } from './environment.js'
import { firstKey, keyAfter } from './itemKeys.js'
import { metaValue, nextNumber, putMetaValue, removeMetaValue } from './meta.js'
import type { Maintenance, MaintenanceRequest } from './store.js'

/** Maintenance requests among the store's single values. */
export function lmdbMaintenance(environment: Environment, committer: Committer): Maintenance {
  const read = (id: string): MaintenanceRequest | undefined => {
    const text = metaValue(environment, nameOf(id))
    return text === undefined ? undefined : (JSON.parse(text) as MaintenanceRequest)
  }
  const put = (request: MaintenanceRequest) =>
    putMetaValue(environment, nameOf(request.id), JSON.stringify(request))

  return {
    submit(work) {
      return committer.run(({ now }) => {
        const id = String(nextNumber(environment, COUNTER)).padStart(ID_DIGITS, '0')
        put({ id, work, state: 'waiting', changedAt: now })
        return id
      })
    },

    get(id) {
      renewReads(environment)
      return read(id)
    },

    list() {
      renewReads(environment)
      const range = { start: firstKey(REQUEST), end: keyAfter(REQUEST) }
      return [...environment.meta.getRange(range)].map(({ value }) => JSON.parse(value) as MaintenanceRequest)
    },

    take(id) {
      return committer.run(({ now }) => {
        const request = read(id)
        if (request?.state !== 'waiting') return undefined
        const { work, ...taken } = request
        put({ ...taken, state: 'running', changedAt: now })
        return work
      })
    },

    update(id, change) {
      return committer.run(({ now }) => {
        const request = read(id)
        if (!request) return false
        put({ ...request, ...change, id, changedAt: now })
        return true
      })
    },

    remove(id) {
      return committer.run(() => {
        if (!read(id)) return false
        removeMetaValue(environment, nameOf(id))
        return true
      })
    },
  }
}

const REQUEST = 'maintenance.'
const COUNTER = 'maintenances'
/** Fixed width, so that text order is the order of their coming. */
const ID_DIGITS = 12

function nameOf(id: string): string {
  return `${REQUEST}${id}`
}
