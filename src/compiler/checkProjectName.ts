import { indexSource } from '../errors/sourceText.js'
import type { Report } from './report.js'

/** Longest name: with an environment of 6 characters it still fits the names of buckets and functions. */
const MAX_LENGTH = 24
const MIN_LENGTH = 3

/** The name of a project is lower case: a letter, then letters, digits and single hyphens; 3 to 24 characters. */
export function checkProjectName(name: string, report: Report): void {
  const reason = reasonAgainst(name)
  if (reason === undefined) return
  const source = indexSource({ file: 'project name', text: name })
  report.error(
    'OCG1007',
    { source, offset: 0, length: name.length },
    `The project name ${JSON.stringify(name)} ${reason}.`,
    {
      hint: `Use lower-case letters, digits and single hyphens, such as "${proposal(name)}".`,
    },
  )
}

function reasonAgainst(name: string): string | undefined {
  if (name.length < MIN_LENGTH) return `is shorter than ${MIN_LENGTH} characters`
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  if (!/^[a-z]/.test(name)) return 'does not begin with a lower-case letter'
  if (!/^[a-z0-9-]*$/.test(name)) return 'has characters other than lower-case letters, digits and hyphens'
  if (name.includes('--')) return 'has two hyphens in a row'
  if (name.endsWith('-')) return 'ends with a hyphen'
  return undefined
}

/** A name as near to the given one as the rules let it be. */
function proposal(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const text = words
    .join('-')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_LENGTH)
    .replace(/-$/, '')
  return reasonAgainst(text) === undefined ? text : 'my-shop'
}
