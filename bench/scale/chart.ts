import type { Report } from './report.js'

const WIDTH = 860
const HEIGHT = 460
const LEFT = 74
const RIGHT = 330
const TOP = 46
const BOTTOM = 46
/** Shares of a limit that the vertical axis spans. */
const LEAST = 0.001
const MOST = 100
const COLOURS = ['#c0392b', '#d35400', '#8e44ad', '#2471a3', '#117a65', '#7d6608', '#515a5a', '#a93286']

/** Lines of how much of each limit is asked for as the load grows, both axes by tens. An SVG. */
export function chart(title: string, reports: readonly Report[], count = COLOURS.length): string {
  const loads = reports.map(({ load }) => load)
  const parts = (reports.at(-1)?.parts ?? [])
    .map(({ part, use }, index) => ({ part, use, uses: reports.map(({ parts }) => parts[index]?.use ?? 0) }))
    .filter(({ use }) => use > 0)
    .sort((a, b) => b.use - a.use)
    .slice(0, count)
  const shown = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 24, title, 'font-size="15" font-weight="bold"'),
    ...grid(loads),
    ...parts.map(({ uses }, index) => line(loads, uses, COLOURS[index] ?? '#000000')),
    ...legend(parts.map(({ part, uses }) => ({ part, end: uses.at(-1) ?? 0 }))),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    ...shown,
    '</svg>',
    '',
  ].join('\n')
}

function grid(loads: readonly number[]): string[] {
  const marks = [0.001, 0.01, 0.1, 1, 10, 100]
  return [
    ...marks.map((share) => {
      const isLimit = share === 1
      const style = isLimit
        ? 'stroke="#222222" stroke-width="1.6" stroke-dasharray="6 4"'
        : 'stroke="#dddddd"'
      return `<line x1="${LEFT}" y1="${y(share)}" x2="${WIDTH - RIGHT}" y2="${y(share)}" ${style}/>`
    }),
    ...marks.map((share) =>
      text(LEFT - 8, y(share) + 4, `${(share * 100).toLocaleString('en')} %`, 'text-anchor="end"'),
    ),
    ...loads.map(
      (load) =>
        `<line x1="${x(load, loads)}" y1="${TOP}" x2="${x(load, loads)}" y2="${HEIGHT - BOTTOM}" stroke="#eeeeee"/>`,
    ),
    ...loads.map((load) =>
      text(x(load, loads), HEIGHT - BOTTOM + 18, `×${load.toLocaleString('en')}`, 'text-anchor="middle"'),
    ),
    text(
      LEFT,
      HEIGHT - 8,
      'share of the limit that is asked for, by load; above the dashed line the part gives way',
      'fill="#555555"',
    ),
  ]
}

function line(loads: readonly number[], uses: readonly number[], colour: string): string {
  const points = loads.map((load, index) => `${x(load, loads)},${y(uses[index] ?? 0)}`)
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.2"/>`
}

/** Names beside the ends of their lines, moved apart where they would overlap. */
function legend(parts: readonly { readonly part: string; readonly end: number }[]): string[] {
  let free = TOP
  return parts.flatMap(({ part, end }, index) => {
    const at = Math.max(y(end) + 4, free)
    free = at + 16
    const colour = COLOURS[index] ?? '#000000'
    const edge = WIDTH - RIGHT
    return [
      `<line x1="${edge + 2}" y1="${y(end)}" x2="${edge + 16}" y2="${at - 4}" stroke="${colour}"/>`,
      text(edge + 20, at, part, `fill="${colour}"`),
    ]
  })
}

function x(load: number, loads: readonly number[]): number {
  const [first = 1] = loads
  const last = loads.at(-1) ?? first
  const share = Math.log(load / first) / Math.log(last / first)
  return Math.round(LEFT + share * (WIDTH - RIGHT - LEFT))
}

function y(use: number): number {
  const share = Math.log(Math.min(MOST, Math.max(LEAST, use)) / LEAST) / Math.log(MOST / LEAST)
  return Math.round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP))
}

function text(left: number, top: number, content: string, attributes: string): string {
  return `<text x="${left}" y="${top}" ${attributes}>${escapeText(content)}</text>`
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
