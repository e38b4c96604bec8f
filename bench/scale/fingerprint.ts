import { readFileSync } from 'node:fs'
import { sha256Hex } from '../../src/model/keys.js'

/** What the figures of docs/scale.md follow from, besides the simulation itself. */
const INPUTS = ['../results/awsCalls.json', 'limits.ts', 'assumptions.ts', 'workload.ts']

/** Changes with the inputs of the simulation: a test holds that the page was made from the present ones. */
export function inputsFingerprint(): string {
  const texts = INPUTS.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  return sha256Hex(texts.join('\n')).slice(0, 12)
}

/** The sentence on the page that says where its figures are from. */
export function originSentence(source: string): string {
  return `The calls are from ${source}. The tables are made from the inputs \`${inputsFingerprint()}\`.`
}
