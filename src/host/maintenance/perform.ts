import type { Json } from '../../model/json.js'
import type { Host } from '../host.js'
import { publish } from './publish.js'
import { purge } from './purge.js'
import { rebuild } from './rebuild.js'
import { status } from './status.js'
import { verify } from './verify.js'
import type { MaintenanceOptions, MaintenanceWork } from './work.js'

/** Does work on a host's folder, in the host's process. */
export async function performMaintenance(
  host: Host,
  work: MaintenanceWork,
  options: MaintenanceOptions,
): Promise<Json> {
  switch (work.kind) {
    case 'rebuild':
      return rebuild(host, work, options)
    case 'publish':
      return publish(host, work, options)
    case 'purge':
      return purge(host, work, options)
    case 'verify':
      return verify(host, work, options)
    case 'status':
      return status(host, work, options)
  }
}
