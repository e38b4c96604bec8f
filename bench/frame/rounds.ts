/**
 * Measures several sides in turns, so that what else the machine does meets all of them: each round measures every side
 * once, in an order that changes from round to round. A first round that isn't counted warms up.
 */
export async function rounds<Side extends string>(
  count: number,
  sides: Readonly<Record<Side, () => Promise<number>>>,
  options: { readonly warmUp?: boolean } = {},
): Promise<Readonly<Record<Side, readonly number[]>>> {
  const names = Object.keys(sides) as Side[]
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, number[]>
  if (options.warmUp !== false) for (const name of names) await sides[name]()
  for (let round = 0; round < count; round++) {
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      values[name].push(await sides[name]())
  }
  return values
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
