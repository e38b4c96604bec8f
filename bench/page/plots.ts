import type { BenchResult, Measure } from '../frame/measure.js'
import { figure } from '../frame/tables.js'
import { type Drawing, drawing } from './drawing.js'

/** A plot of a result, and the name of its file in `docs/images`. */
export interface Plot {
  readonly file: string
  readonly svg: string
}

/** The plots of a result: its ratios as bars, or its sizes as lines. */
export function plotsOf(result: BenchResult): readonly Plot[] {
  const file = `bench-${result.number}-${result.name}.svg`
  const bars = result.measures.filter(({ ratio }) => ratio !== undefined)
  if (bars.length > 0) return [{ file, svg: ratioPlot(result, bars) }]
  const groups = [...new Set(result.measures.map(({ group }) => group))]
  const rows = result.measures.map(({ name }) => rowsOf(name))
  if (groups.length > 1 && rows.every((count) => count !== undefined))
    return [{ file, svg: growthPlot(result, groups) }]
  return []
}

const LINE = 22
const LEFT = 350
const RIGHT = 90
const WIDTH = 900
const TOP = 46

/** Ratios as bars from 1, both ways by tens; the spread as a thin line. */
function ratioPlot({ title, ratio }: BenchResult, bars: readonly Measure[]): string {
  const values = bars
    .flatMap((one) => (one.ratio ? [one.ratio.low, one.ratio.median, one.ratio.high] : []))
    .filter((one) => one > 0)
  const least = Math.min(0.1, 10 ** Math.floor(Math.log10(Math.min(...values))))
  const most = Math.max(10, 10 ** Math.ceil(Math.log10(Math.max(...values))))
  const x = (value: number) => {
    const share = Math.log(Math.min(most, Math.max(least, value)) / least) / Math.log(most / least)
    return Math.round(LEFT + share * (WIDTH - LEFT - RIGHT))
  }
  const groups = [...new Set(bars.map(({ group }) => group))]
  const height = TOP + groups.length * LINE + bars.length * LINE + 40
  const plot = drawing(WIDTH, height, title)
  grid(plot, least, most, x, height)
  let y = TOP + 4
  for (const group of groups) {
    plot.text(12, y + 15, group, { bold: true })
    y += LINE
    for (const one of bars.filter((bar) => bar.group === group)) {
      const { low, median, high } = one.ratio as NonNullable<Measure['ratio']>
      const label = one.peer ? `${one.name}, beside ${one.peer.name}` : one.name
      plot.text(LEFT - 10, y + 15, label.length > 52 ? `${label.slice(0, 51)}…` : label, { align: 'end' })
      const [from, to] = [Math.min(x(1), x(median)), Math.max(x(1), x(median))]
      plot.bar(from, y + 4, Math.max(2, to - from), 13, one.aim ? (one.aim.met ? 'good' : 'bad') : 'plain')
      plot.line(x(low), y + 10.5, x(high), y + 10.5, 'ink')
      plot.text(WIDTH - RIGHT + 8, y + 15, figure(median))
      y += LINE
    }
  }
  plot.text(LEFT, height - 10, `${ratio}; green: the aim is met, red: it is missed, grey: no aim`, {
    faint: true,
  })
  return plot.end()
}

function grid(
  plot: Drawing,
  least: number,
  most: number,
  x: (value: number) => number,
  height: number,
): void {
  for (let mark = least; mark <= most * 1.001; mark *= 10) {
    plot.line(x(mark), TOP, x(mark), height - 28, Math.abs(mark - 1) < 1e-9 ? 'ink' : 'grid')
    plot.text(x(mark), TOP - 6, `×${figure(mark)}`, { align: 'middle', faint: true })
  }
}

const PANEL = 210

/** For each group a small plot of its medians over the rows, both axes by tens. */
function growthPlot({ title, measures }: BenchResult, groups: readonly string[]): string {
  const columns = 3
  const panels = Math.ceil(groups.length / columns)
  const height = TOP + panels * PANEL
  const plot = drawing(WIDTH, height, title)
  const counts = [...new Set(measures.map(({ name }) => rowsOf(name) as number))].sort((a, b) => a - b)
  const [first = 1, last = 10] = [counts[0], counts.at(-1)]
  for (const [index, group] of groups.entries()) {
    const own = measures.filter((one) => one.group === group)
    const [left, top] = [
      (index % columns) * (WIDTH / columns) + 50,
      TOP + Math.floor(index / columns) * PANEL + 24,
    ]
    const [width, tall] = [WIDTH / columns - 80, PANEL - 70]
    const medians = own.map(({ ours }) => Math.max(ours.median, 1e-3))
    const least = 10 ** Math.floor(Math.log10(Math.min(...medians)))
    const most = Math.max(10 ** Math.ceil(Math.log10(Math.max(...medians))), least * 10)
    const x = (rows: number) =>
      left + (last === first ? 0 : (Math.log(rows / first) / Math.log(last / first)) * width)
    const y = (value: number) =>
      top + tall - (Math.log(Math.max(value, least) / least) / Math.log(most / least)) * tall
    const unit = own[0]?.unit ?? ''
    const heading = unit === '' ? group : `${group}, ${unit}`
    plot.text(left - 40, top - 14, heading.length > 38 ? `${heading.slice(0, 37)}…` : heading, { bold: true })
    for (let mark = least; mark <= most * 1.001; mark *= 10) {
      plot.line(left, y(mark), left + width, y(mark), 'grid')
      plot.text(left - 6, y(mark) + 4, figure(mark), { align: 'end', faint: true })
    }
    for (const rows of counts)
      plot.text(x(rows), top + tall + 16, short(rows), { align: 'middle', faint: true })
    const points = own.map((one) => [x(rowsOf(one.name) as number), y(one.ours.median)] as const)
    plot.path(points)
    for (const [index, [at, up]] of points.entries())
      plot.dot(at, up, `${figure(medians[index] as number)} ${unit}`)
  }
  return plot.end()
}

/** 1,000 of `1,000 rows`. */
function rowsOf(name: string): number | undefined {
  const digits = /^([\d,]+) rows$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
}

function short(rows: number): string {
  if (rows >= 1e6) return `${rows / 1e6} M`
  return rows >= 1000 ? `${rows / 1000} k` : String(rows)
}
