import { LakeProcesses, type Mutations } from './lakeProcesses.js'
import { purger } from './purger.js'

export interface Settings extends Mutations {
  /** Default: 35 minutes. */
  readonly queryMs?: number
  /** Default: never. */
  readonly vacuumEveryMs?: number
}

function open({ queryMs, vacuumEveryMs, ...mutations }: Settings): LakeProcesses {
  return new LakeProcesses(mutations, {
    ...(queryMs !== undefined && { queryMs }),
    ...(vacuumEveryMs !== undefined && { vacuumEveryMs }),
  })
}

export type Open = (settings: Settings) => Promise<LakeProcesses>

/** A row is removed while somebody still holds it: a fold may take the tombstone in before the old row comes. */
const removal: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('b', 'i0'))
  lake.happened(lake.create('a', 'i1'))
  lake.writer('writer', () => lake.remove('a'))
  lake.projector('projector 1', 1)
  lake.projector('projector 2', 2)
  lake.keeper('keeper')
  return lake
}

/** A row is removed and made again under the same id at the same createdAt, while its first change is replayed. */
const madeAgain: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('a', 'i1'))
  lake.writer(
    'writer',
    () => lake.remove('a'),
    () => lake.create('a', 'i2'),
  )
  lake.projector('projector', 1, 2)
  lake.projector('replay', 0)
  lake.keeper('keeper')
  return lake
}

/** A keeper dies anywhere, or sleeps and goes on, and another one takes its work up. */
const successor: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('b', 'i0'))
  await lake.projected(lake.create('a', 'i1'))
  await lake.projected(lake.remove('a'))
  lake.keeper('keeper 1')
  lake.keeper('keeper 2')
  lake.death('death', 'keeper 1')
  return lake
}

/** A keeper has died over a statement that still runs, and the row that it brings in is removed meanwhile. */
const dead: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('b', 'i0'))
  await lake.projected(lake.create('a', 'i1'))
  await lake.deadKeeper()
  lake.writer('writer', () => lake.remove('a'))
  lake.projector('projector', 2)
  lake.keeper('keeper')
  return lake
}

/** Small batches are merged while a fold begins, and while a batch that was merged comes again. */
const merging: Open = async (settings) => {
  const lake = open(settings)
  await lake.projected(lake.create('b', 'i0'))
  lake.happened(lake.create('a', 'i1')).happened(lake.create('c', 'i2'))
  lake.lateProjector('projector 1', 1)
  lake.projector('projector 2', 2)
  lake.merger('merger')
  lake.cleaner('cleaner')
  return lake
}

const mergingAndFolding: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('b', 'i0'))
  await lake.projected(lake.create('a', 'i1'), lake.update('b'))
  lake.happened(lake.update('a'))
  lake.projector('projector', 3)
  lake.merger('merger')
  lake.keeper('keeper')
  return lake
}

/** A query goes on while a row that it must see is removed and folded away. */
const pinned: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('a', 'i1'), lake.create('b', 'i2'))
  lake.query('query')
  lake.writer('writer', () => lake.remove('a'))
  lake.projector('projector', 2)
  lake.keeper('keeper')
  return lake
}

/** A query goes on while what it reads is folded, and retired objects are removed. */
const longQuery: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('a', 'i1'))
  await lake.projected(lake.create('b', 'i2'))
  lake.writer('writer', () => lake.remove('a'))
  lake.projector('projector', 2)
  lake.keeper('keeper')
  lake.query('query')
  lake.cleaner('cleaner', { ms: settings.queryMs ?? 35 * 60_000 })
  return lake
}

/** A snapshot that has served for long is superseded, and old ones are removed, while a query reads it. */
const oldSnapshot: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('a', 'i1'))
  lake.world.now += 5 * 60 * 60_000
  await lake.projected(lake.update('a'))
  lake.query('query')
  lake.vacuumer('vacuumer')
  lake.keeper('keeper')
  return lake
}

/** The lake is made again while an item changes, another goes, and a fold is due. */
const rebuild: Open = async (settings) => {
  const lake = open(settings)
  await lake.folded(lake.create('a', 'i1'))
  await lake.projected(lake.create('b', 'i2'))
  lake.writer('writer', () => lake.remove('a'))
  lake.projector('projector', 2)
  lake.rebuilder('rebuild')
  lake.keeper('keeper')
  return lake
}

const DAY = 24 * 60 * 60_000

/** A row is purged while a projector holds it still. */
const purge: Open = async (settings) => {
  const lake = open({ ...settings, vacuumEveryMs: DAY })
  await lake.folded(lake.create('a', 'i1'), lake.create('b', 'i2'))
  lake.happened(lake.update('a'))
  lake.brokenProjector('projector', 2)
  purger(lake, 'purge', 'a')
  return lake
}

/** The same under a query that reads the base, and the row in a batch over it. */
const purgeUnderQuery: Open = async (settings) => {
  const lake = open({ ...settings, vacuumEveryMs: DAY })
  await lake.folded(lake.create('a', 'i1'), lake.create('b', 'i2'))
  await lake.projected(lake.update('a'))
  lake.brokenProjector('projector', 2)
  lake.begunQuery('query')
  purger(lake, 'purge', 'a')
  return lake
}

export const SMALL: Readonly<Record<string, Open>> = {
  'a removal, two projectors, a fold': removal,
  'a keeper that died over its statement, a removal, another keeper': dead,
  'a query, a removal, a fold': pinned,
  'a merge, a batch that comes twice, the removal of objects': merging,
  'an old snapshot, a fold, a vacuum, a query': oldSnapshot,
  'a purge, a projector that holds the row': purge,
}

export const LARGE: Readonly<Record<string, Open>> = {
  'two keepers, one of which dies': successor,
  'a row made again, its replay, a fold': madeAgain,
  'a merge, an update, a fold': mergingAndFolding,
  'a query, a removal, a fold, the removal of objects': longQuery,
  'a rebuild, a removal, a fold': rebuild,
  'a purge, a projector that holds the row, a long query': purgeUnderQuery,
}

/** What happens without a part of the protocol: the order that shows it is found. */
export const NEEDED: readonly (readonly [string, Settings, Open, string])[] = [
  ['the fence', { noFence: true }, removal, 'a row that is gone: a i1 gone'],
  ['the wait for a statement that was begun', { noWaiting: true }, dead, 'a row is there twice: a i1 1'],
  ['the snapshot in the query', { noPin: true }, pinned, 'a row is missing: a i1 1'],
  ['the time before retired objects go', { queryMs: 0 }, longQuery, 'an object is gone'],
  ['the fence of merges', { noFenceOfMerges: true }, merging, 'The object'],
  [
    'the removal of what nobody came to name',
    { noLeftovers: true },
    purge,
    'A value of a is left in an object',
  ],
  ['the pause before a vacuum', { noVacuumPause: true }, oldSnapshot, 'the snapshot is gone'],
]
