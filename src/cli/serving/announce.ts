import type { Output } from '../output.js'
import type { ApiKey } from './apiKey.js'
import type { Serving } from './startServing.js'

/** Says that the API answers: one JSON line on stdout with `--json`, else a few lines for people on stderr. */
export async function announce(
  { url }: Pick<Serving, 'url'>,
  about: {
    readonly name: string
    readonly folder: string
    readonly apiKey: ApiKey
    readonly keyNeeded: boolean
  },
  output: Output,
): Promise<void> {
  const { name, folder, apiKey, keyNeeded } = about
  if (output.json) return output.data(`${JSON.stringify({ event: 'ready', url, apiKey: apiKey.key })}\n`)
  const { bold, cyan, dim, green } = output.colors
  output.note(`${green('●')} ${bold(name)} answers at ${cyan(`${url}/graphql`)}`)
  output.note(`  GraphiQL   ${cyan(url)}`)
  output.note(`  data       ${folder}`)
  output.note(`  API key    ${keyText(apiKey, keyNeeded, dim)}`)
  output.note(dim('  Ctrl+C ends it.'))
}

function keyText(apiKey: ApiKey, keyNeeded: boolean, dim: (text: string) => string): string {
  if (!keyNeeded)
    return `not needed on this machine ${apiKey.file ? dim(`(for others: ${apiKey.file})`) : ''}`.trimEnd()
  if (apiKey.origin === 'made') return `${apiKey.key} ${dim(`(header x-api-key; kept in ${apiKey.file})`)}`
  return apiKey.origin === 'stored' ? `the one in ${apiKey.file}` : 'the one given'
}
