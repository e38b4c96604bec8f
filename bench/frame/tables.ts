import type { BenchResult, Measure } from './measure.js'
import type { Spread } from './spread.js'

/** The table of a benchmark: one for each group, their heads the same. Cells are texts. */
export interface Table {
  readonly group: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function tablesOf({ measures, ratio }: Pick<BenchResult, 'measures' | 'ratio'>): readonly Table[] {
  return [...new Set(measures.map(({ group }) => group))].map((group) => {
    const own = measures.filter((one) => one.group === group)
    const peers = own.some(({ peer }) => peer)
    const aims = own.some(({ aim }) => aim)
    const head = ['', 'ours', ...(peers ? ['peer', ratio] : []), ...(aims ? ['aim', ''] : [])]
    const rows = own.map((measure) => [
      measure.name,
      valueText(measure.ours, measure.unit),
      ...(peers ? [peerText(measure), measure.ratio ? spreadText(measure.ratio) : ''] : []),
      ...(aims ? [measure.aim?.text ?? '', aimText(measure)] : []),
    ])
    return { group, head, rows }
  })
}

/** `12.3 (11.9 to 14.0) ms` */
export function valueText(value: Spread, unit: string): string {
  return `${spreadText(value)}${unit === '' ? '' : ` ${unit}`}`
}

function spreadText({ median, low, high, samples }: Spread): string {
  return samples === 1 ? figure(median) : `${figure(median)} (${figure(low)} to ${figure(high)})`
}

/** Three digits that count, thousands apart. */
export function figure(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const shown = Number(value.toPrecision(3))
  return shown.toLocaleString('en-US', { maximumFractionDigits: Math.min(4, digits) })
}

function peerText({ peer, unit }: Measure): string {
  return peer ? `${peer.name}: ${valueText(peer.value, unit)}` : ''
}

function aimText({ aim }: Measure): string {
  if (!aim) return ''
  return aim.met ? 'met' : '**missed**'
}
