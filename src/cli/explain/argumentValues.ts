import { didYouMean } from '../../errors/suggest.js'
import type { Json, JsonObject } from '../../model/json.js'
import type { Argument, TypeRef } from '../../model/types.js'
import { CliError } from '../cliError.js'

/**
 * Values of a statement's arguments from `name=value` of a command line: a text as it is, everything else as JSON, a list
 * as a JSON array or as several values. An argument that is not given has its default, else null. Throws `CliError` for
 * an unknown argument, a value of no use, and those that are required and missing, all of them at once.
 *
 * @example
 * argumentValues(args, ['days=7', 'genre=Rock'], 'topTracks') // { days: 7, genre: 'Rock' }
 */
export function argumentValues(
  args: readonly Argument[],
  given: readonly string[],
  statement: string,
): JsonObject {
  const texts = new Map<string, string[]>()
  const names = args.map(({ name }) => name)
  for (const one of given) {
    const [, name = '', text] = /^([^=]*)=(.*)$/s.exec(one) ?? []
    if (text === undefined) {
      throw new CliError('input', `'${one}' is no argument with a value.`, { hint: 'Write --arg days=7.' })
    }
    if (!names.includes(name)) {
      throw new CliError('input', `${statement} has no argument '${name}'.`, {
        hint: didYouMean(name, names) ?? (names.length > 0 ? `It has ${names.join(', ')}.` : 'It has none.'),
      })
    }
    texts.set(name, [...(texts.get(name) ?? []), text])
  }
  const missing = args.filter(
    ({ name, type, default: preset }) => type.nonNull && preset === undefined && !texts.has(name),
  )
  if (missing.length > 0) {
    throw new CliError('input', `${statement} needs ${missing.map(({ name }) => name).join(', ')}.`, {
      hint: `Give ${missing.map(({ name, type }) => `--arg ${name}=${exampleOf(type)}`).join(' ')}`,
    })
  }
  const values: Record<string, Json> = {}
  for (const { name, type, default: preset } of args) {
    const found = texts.get(name)
    values[name] = found ? inputOf(name, type, found) : (preset ?? null)
  }
  return values
}

function inputOf(name: string, type: TypeRef, texts: readonly string[]): Json {
  if (type.kind === 'list') {
    const only = texts.length === 1 ? texts[0]?.trim() : undefined
    if (only?.startsWith('[')) return readJson(name, only)
    return texts.map((text) => inputOf(name, type.item, [text]))
  }
  const [text = '', ...more] = texts
  if (more.length > 0) throw new CliError('input', `${name} is given ${texts.length} times, and is no list.`)
  return type.kind === 'scalar' && JSON_SCALARS.has(type.name) ? readJson(name, text) : text
}

const JSON_SCALARS: ReadonlySet<string> = new Set(['Int', 'Float', 'Boolean', 'AWSTimestamp'])

function readJson(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new CliError('input', `The value of ${name} can't be read: ${text}`, {
      hint: 'Numbers, true, false, null and lists are written as in JSON.',
      cause,
    })
  }
}

function exampleOf(type: TypeRef): string {
  if (type.kind === 'list') return exampleOf(type.item)
  if (type.kind !== 'scalar') return '…'
  if (type.name === 'Boolean') return 'true'
  return JSON_SCALARS.has(type.name) ? '7' : '…'
}
