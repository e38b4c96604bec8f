import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions, Measure } from '../frame/measure.js'
import { measureAgainstFile } from './againstFile.js'
import { measureSize } from './growth.js'
import { importPlays } from './importPlays.js'

/** What is measured on one lake while it grows: 10 million rows are imported once for both benchmarks. */
export interface Grown {
  readonly sizes: readonly Measure[]
  readonly againstFile: readonly Measure[]
}

interface Stage {
  readonly rows: number
  readonly size: boolean
  readonly againstFile: boolean
}

const FULL: readonly Stage[] = [
  { rows: 10_000, size: true, againstFile: false },
  { rows: 20_000, size: false, againstFile: true },
  { rows: 100_000, size: true, againstFile: false },
  { rows: 1_000_000, size: true, againstFile: true },
  { rows: 10_000_000, size: true, againstFile: true },
]

const QUICK: readonly Stage[] = [
  { rows: 5000, size: true, againstFile: false },
  { rows: 50_000, size: true, againstFile: true },
]

let grown: Promise<Grown> | undefined

/** Grows the lake once in a run, however many benchmarks ask for it. */
export function growLake(options: BenchOptions): Promise<Grown> {
  grown ??= grow(options)
  return grown
}

async function grow({ quick, mostRows = Number.POSITIVE_INFINITY, tell }: BenchOptions): Promise<Grown> {
  const folder = mkdtempSync(join(tmpdir(), 'ocg-bench-growth-'))
  const [sizes, againstFile]: [Measure[], Measure[]] = [[], []]
  try {
    let present = 0
    for (const stage of quick ? QUICK : FULL) {
      if (stage.rows > mostRows) break
      const added = stage.rows - present
      tell(`growing to ${stage.rows.toLocaleString('en-US')} rows`)
      const ms = await importPlays(folder, present, stage.rows)
      present = stage.rows
      if (stage.size) {
        sizes.push(...(await measureSize(folder, stage.rows, { rows: added, ms }, quick ? 50 : 300)))
      }
      if (stage.againstFile) {
        tell('beside one file')
        againstFile.push(...(await measureAgainstFile(folder, stage.rows, quick ? 5 : 25)))
      }
    }
    return { sizes, againstFile }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
