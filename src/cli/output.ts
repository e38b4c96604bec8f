import picocolors from 'picocolors'

type Colors = ReturnType<typeof picocolors.createColors>

/** Where a command writes: data on stdout, everything else on stderr. */
export interface Output {
  /** True with `--json`: stdout is for machines. */
  readonly json: boolean
  /** True when stderr is a terminal, so that progress may be drawn over. */
  readonly interactive: boolean
  /** Colours of stderr; plain functions when colours are off. */
  readonly colors: Colors
  /** Data, on stdout. Resolves when the stream has taken it, so that large output keeps little in memory. */
  data(text: string): Promise<void>
  /** One line for the user, on stderr. */
  note(text: string): void
  /** Text for the user without a line end, on stderr. Used by progress on a terminal. */
  draw(text: string): void
}

/** Output of this process. Colours follow `--no-color`, `NO_COLOR`, `FORCE_COLOR` and whether stderr is a terminal. */
export function processOutput(options: { readonly json?: boolean; readonly color?: boolean }): Output {
  const interactive = process.stderr.isTTY === true && process.env.TERM !== 'dumb'
  const colored =
    options.color !== false && !process.env.NO_COLOR && (interactive || Boolean(process.env.FORCE_COLOR))
  return {
    json: options.json === true,
    interactive,
    colors: picocolors.createColors(colored),
    data: (text) => writeAll(process.stdout, text),
    note: (text) => void process.stderr.write(`${text}\n`),
    draw: (text) => void process.stderr.write(text),
  }
}

function writeAll(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.write(text)) return resolve()
    const settle = (error?: Error) => {
      stream.off('drain', settle)
      stream.off('error', settle)
      if (error) reject(error)
      else resolve()
    }
    stream.once('drain', settle)
    stream.once('error', settle)
  })
}
