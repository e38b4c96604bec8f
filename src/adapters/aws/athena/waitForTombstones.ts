import { setTimeout as sleep } from 'node:timers/promises'
import { parquetBatches } from '../../../lake/batchFormat.js'
import { GONE_REV } from '../../../lake/batchRow.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { LakeManifest, LakeManifests } from '../../../ports/lakeManifests.js'
import type { ObjectStore } from '../../../ports/objectStore.js'
import type { Clock } from '../../../ports/system.js'
import { retiredKeys } from '../../../runtime/lake/retire.js'
import type { RemovedRelation } from './waitUntilGone.js'

export interface BatchesView {
  readonly tables: readonly LakeTable[]
  readonly manifests: Pick<LakeManifests, 'read'>
  readonly objects: Pick<ObjectStore, 'get'>
  readonly clock: Clock
}

/** Waits between two looks, in milliseconds: from the first to the last. Batches come every second or two. */
const FIRST_WAIT_MS = 300
const LAST_WAIT_MS = 3000
/** Objects that are read at the same time. */
const AT_ONCE = 16
/** Nothing was retired before that and tells of a removal which a message still waits for: deletions give up after an hour. */
const LOOK_BACK_MS = 65 * 60_000
/** Objects whose tombstones are remembered. */
const MAX_REMEMBERED = 5000

/** `id#incarnation` of the ended lives that an object tells of. Objects never change. */
const remembered = new Map<string, ReadonlySet<string>>()

/**
 * Resolves with true when batches of the lake end each of these relations' lives, with false after `timeoutMs`. A query
 * that begins then reads such a batch, or a base into which it was folded.
 */
export async function waitForTombstones(
  relations: readonly RemovedRelation[],
  timeoutMs: number,
  view: BatchesView,
): Promise<boolean> {
  const deadline = view.clock.now() + timeoutMs
  const waiting = groupByTable(relations)
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LAST_WAIT_MS)) {
    const manifests = await view.manifests.read([...waiting.keys()])
    for (const [table, lives] of waiting) {
      const manifest = manifests.get(table)
      if (manifest) await strike(lives, manifest, view)
      if (lives.size === 0) waiting.delete(table)
    }
    if (waiting.size === 0) return true
    const left = deadline - view.clock.now()
    if (left <= 0) return false
    await sleep(Math.min(wait, left))
  }
}

/** Lives by table. A relation's handle is `tables/{table}/…#{incarnation}` in every layout. */
function groupByTable(relations: readonly RemovedRelation[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>()
  for (const { relationId, s3Key } of relations) {
    const table = s3Key.split('/')[1] ?? ''
    const lives = groups.get(table) ?? new Set()
    lives.add(`${relationId}#${s3Key.slice(s3Key.lastIndexOf('#') + 1)}`)
    groups.set(table, lives)
  }
  return groups
}

/** Takes off what batches end: the newest first, then what was merged and folded lately. */
async function strike(lives: Set<string>, manifest: LakeManifest, view: BatchesView): Promise<void> {
  const since = view.clock.now() - LOOK_BACK_MS
  const listed = manifest.batches.map(({ key }) => key)
  await strikeObjects(lives, listed.reverse(), manifest.table, view)
  const groups = manifest.retired.filter(({ retiredAt }) => retiredAt >= since)
  for (const group of [...groups].reverse()) {
    if (lives.size === 0) return
    await strikeObjects(lives, await retiredKeys(view.objects, group), manifest.table, view)
  }
}

async function strikeObjects(
  lives: Set<string>,
  keys: readonly string[],
  table: string,
  view: BatchesView,
): Promise<void> {
  for (let at = 0; at < keys.length && lives.size > 0; at += AT_ONCE) {
    const some = await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => endedLives(key, table, view)))
    for (const ended of some) {
      for (const life of ended) lives.delete(life)
    }
  }
}

async function endedLives(key: string, table: string, view: BatchesView): Promise<ReadonlySet<string>> {
  const known = remembered.get(key)
  if (known) return known
  const definition = view.tables.find(({ name }) => name === table)
  const bytes = definition && (await view.objects.get(key))
  // Merged or folded since the manifest was read, long enough ago to be gone: the next look reads what holds it now.
  if (!bytes) return new Set()
  const rows = await parquetBatches(definition).decode(bytes)
  const ended = new Set(
    rows.filter(({ rev }) => rev === GONE_REV).map(({ id, incarnation }) => `${id}#${incarnation}`),
  )
  if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
  remembered.set(key, ended)
  return ended
}
