import { type BatchRow, tombstoneOf } from '../../../src/lake/batchRow.js'
import { sampleItem, sampleRow } from './sampleTable.js'

/** Six batches of changes to thirty items, each showing states as they are when it is made. */
export function history(): readonly (readonly BatchRow[])[] {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const lives = Array.from({ length: 36 }, (_, nth) => ({
    nth,
    rev: nth < 30 ? 1 : 0,
    life: 0,
    isThere: nth < 30,
  }))
  return Array.from({ length: 6 }, () => {
    const batch = new Map<string, BatchRow>()
    for (let step = 0; step < 25; step++) {
      const item = lives[random(lives.length)]
      if (!item) continue
      const row = () =>
        sampleRow(
          sampleItem(item.nth, item.rev, {
            Order: item.rev * 1000 + item.nth,
            _incarnation: item.life === 0 ? `life-of-${item.nth}` : `life-${item.life}-of-${item.nth}`,
          }),
        )
      if (item.isThere && random(4) === 0) {
        batch.set(keyOf(row()), tombstoneOf(row()))
        item.isThere = false
        item.life += 1
        item.rev = 0
        continue
      }
      item.rev += 1
      item.isThere = true
      batch.set(keyOf(row()), row())
    }
    return [...batch.values()]
  })
}

function keyOf({ id, incarnation }: BatchRow): string {
  return `${id} ${incarnation}`
}
