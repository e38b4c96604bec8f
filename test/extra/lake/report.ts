/** What was checked, as a table that grows line by line. */
export interface Report {
  /** Runs a check: what it answers is shown beside its name; what it throws makes the suite fail. */
  check(name: string, run: () => Promise<string>): Promise<void>
  /** Checks that failed. */
  failures(): number
}

export function createReport(write: (line: string) => void): Report {
  let failed = 0
  return {
    async check(name, run) {
      const start = performance.now()
      const time = () => `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(8)
      try {
        const shown = await run()
        write(`ok      ${time()}  ${name}${shown === '' ? '' : `: ${shown}`}\n`)
      } catch (error) {
        failed += 1
        write(`FAILED  ${time()}  ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
      }
    },
    failures: () => failed,
  }
}

/** Throws with both sides, cut, unless they are the same as JSON. */
export function expectSame(found: unknown, expected: unknown, what = 'the rows'): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left === right) return
  let at = 0
  while (left?.[at] === right?.[at]) at += 1
  const cut = (text: string | undefined) => text?.slice(Math.max(0, at - 120), at + 280)
  throw new Error(`${what} differ:\n  found    …${cut(left)}…\n  expected …${cut(right)}…`)
}
