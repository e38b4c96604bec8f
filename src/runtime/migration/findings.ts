import type { ValueProblem } from '../items/checkValue.js'

/** Contradictions of one kind at one place: how many rows have it, and one of them. */
interface Finding {
  readonly kind: ValueProblem['kind'] | 'identity'
  count: number
  /** `Track 1: seconds is …` */
  readonly example: string
}

/** Gathers contradictions of rows into one sentence for each place of the schema. */
export interface Findings {
  /** `place` is of the schema (`Track.seconds`), `row` of the data (`Track 1`), `text` says what is wrong with it. */
  add(place: string, kind: Finding['kind'], row: string, text: string): void
  /** True once there are so many that more would say no more. */
  isEnough(): boolean
  sentences(): string[]
}

/** Rows that are counted before the rest is left unread. */
const ENOUGH = 10_000

const ADVICE: Readonly<Record<Finding['kind'], string>> = {
  missing:
    'Leave the field optional, or run it as an optional one until every row has a value, and make it required then.',
  unfit: 'Keep the former type, or change these values under the former schema first.',
  identity:
    'The columns that name entities are what a relation is known by: put them back, or give the join table another name and insert its relations anew.',
}

export function createFindings(): Findings {
  const found = new Map<string, Finding & { readonly place: string }>()
  let total = 0
  return {
    add(place, kind, row, text) {
      total += 1
      const key = `${place} ${kind}`
      const known = found.get(key)
      if (known) known.count += 1
      else found.set(key, { place, kind, count: 1, example: `${row}: ${text}` })
    },
    isEnough: () => total >= ENOUGH,
    sentences: () =>
      [...found.values()].map(({ place, kind, count, example }) => {
        const least = total >= ENOUGH ? 'at least ' : ''
        const rows = count === 1 ? 'a stored row' : `${least}${count.toLocaleString('en')} stored rows`
        return `${place} contradicts ${rows}. ${example}. ${ADVICE[kind]}`
      }),
  }
}
