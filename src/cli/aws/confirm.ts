import { createInterface } from 'node:readline/promises'
import { CliError } from '../cliError.js'
import type { Output } from '../output.js'

/** True when somebody sits there who can answer. */
export function canAsk(output: Output): boolean {
  return output.interactive && process.stdin.isTTY === true && !output.json
}

/** Asks a yes-or-no question. Throws `CliError` (declined) for anything but yes, and where nobody can answer. */
export async function confirmOrDecline(question: string, output: Output): Promise<void> {
  if (!canAsk(output)) {
    throw new CliError('declined', 'Nobody is there to confirm it.', { hint: 'Confirm with --yes.' })
  }
  const answer = await ask(`${question} [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('declined', 'Nothing was changed.')
}

/** Asks for a name, as a proof of intent. Throws `CliError` (declined) when another one is typed. */
export async function confirmByName(question: string, name: string, output: Output): Promise<void> {
  if (!canAsk(output)) {
    throw new CliError('declined', 'Nobody is there to confirm it.', {
      hint: `Confirm with --confirm ${name}.`,
    })
  }
  const answer = await ask(`${question} `)
  if (answer.trim() !== name) throw new CliError('declined', 'That is not its name. Nothing was changed.')
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}
