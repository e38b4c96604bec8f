import type { Bench } from '../frame/measure.js'
import { growLake } from './growLake.js'

/** SQL over the lake beside the best that one file can be. */
export const sqlBench: Bench = {
  number: 1,
  name: 'sql',
  title: 'SQL over the lake, beside DuckDB on one ideal file of the same rows',
  ratio: 'ours ÷ file',
  async run(options) {
    const { againstFile } = await growLake(options)
    return {
      measures: againstFile,
      notes: [
        "Ours is timed around the call of the engine, from the statement in Trino's SQL to the rows; the file inside its process. The file stays as it was while the lake is written to.",
      ],
    }
  },
}

export const growthBench: Bench = {
  number: 6,
  name: 'growth',
  title: 'How times and memory grow with the rows',
  ratio: 'ours ÷ peer',
  async run(options) {
    const { sizes } = await growLake(options)
    const groups = [...new Set(sizes.map(({ group }) => group))]
    const measures = groups.flatMap((group) => sizes.filter((one) => one.group === group))
    const own = measures.filter(({ group }) => group === 'memory of the server')
    const [first, last] = [own[0], own.at(-1)]
    const met =
      first !== undefined && last !== undefined && last.ours.median <= first.ours.median * MOST_GROWTH
    return {
      measures: measures.map((one) =>
        one === last
          ? { ...one, aim: { text: `at most ${MOST_GROWTH} times that of the fewest rows`, met } }
          : one,
      ),
      notes: [
        'One request after another. Memory is what no file backs (RssAnon), two seconds after the last request.',
      ],
    }
  },
}

/** What one and the same server's memory differs by from start to start. */
const MOST_GROWTH = 1.25
