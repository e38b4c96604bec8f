type Colour = 'ink' | 'grid' | 'good' | 'bad' | 'plain'

/** An SVG in the making. It follows the reader's preference for light or dark. */
export interface Drawing {
  text(
    x: number,
    y: number,
    content: string,
    style?: { readonly bold?: boolean; readonly faint?: boolean; readonly align?: 'middle' | 'end' },
  ): void
  line(x1: number, y1: number, x2: number, y2: number, colour: Colour): void
  bar(x: number, y: number, width: number, height: number, colour: Colour): void
  path(points: readonly (readonly [number, number])[]): void
  /** A point that tells its value to who points at it. */
  dot(x: number, y: number, title: string): void
  end(): string
}

const STYLE = `
  .back { fill: #ffffff } .ink { stroke: #24292f } .grid { stroke: #d8dee4 } text { fill: #24292f }
  .faint { fill: #57606a } .good { fill: #2da44e } .bad { fill: #cf222e } .plain { fill: #8c959f } .path { stroke: #0969da }
  .dot { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .ink { stroke: #e6edf3 } .grid { stroke: #30363d } text { fill: #e6edf3 }
    .faint { fill: #9198a1 } .good { fill: #3fb950 } .bad { fill: #f85149 } .plain { fill: #6e7681 } .path { stroke: #58a6ff }
    .dot { fill: #58a6ff }
  }`

export function drawing(width: number, height: number, title: string): Drawing {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="back" width="${width}" height="${height}"/>`,
    `<text x="12" y="22" font-size="15" font-weight="bold">${escaped(title)}</text>`,
  ]
  return {
    text(x, y, content, { bold = false, faint = false, align } = {}) {
      const attributes = [
        faint ? ' class="faint"' : '',
        bold ? ' font-weight="bold"' : '',
        align ? ` text-anchor="${align}"` : '',
      ].join('')
      parts.push(`<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`)
    },
    line(x1, y1, x2, y2, colour) {
      parts.push(
        `<line class="${colour}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`,
      )
    },
    bar(x, y, wide, tall, colour) {
      parts.push(
        `<rect class="${colour}" x="${round(x)}" y="${round(y)}" width="${round(wide)}" height="${tall}" rx="2"/>`,
      )
    },
    path(points) {
      const text = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')
      parts.push(`<polyline class="path" points="${text}" fill="none" stroke-width="2"/>`)
    },
    dot(x, y, content) {
      parts.push(
        `<circle class="dot" cx="${round(x)}" cy="${round(y)}" r="3.5"><title>${escaped(content)}</title></circle>`,
      )
    },
    end: () => `${[...parts, '</svg>'].join('\n')}\n`,
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
