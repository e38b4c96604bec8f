import { SynthesisError } from '../synthesisError.js'

/** CloudFormation's limits: resources of a template, and bytes of one that is read from S3. */
const MAX_RESOURCES = 500
const MAX_BYTES = 1024 * 1024

interface Size {
  readonly name: string
  readonly resources: number
  readonly bytes: number
}

/** Throws `SynthesisError` when CloudFormation would refuse a template for its size; it names all such stacks. */
export function checkSizes(stacks: readonly Size[]): void {
  const mistakes = stacks.flatMap(({ name, resources, bytes }) => [
    ...(resources > MAX_RESOURCES
      ? [`The stack ${name} has ${resources} resources, and CloudFormation takes ${MAX_RESOURCES}.`]
      : []),
    ...(bytes > MAX_BYTES
      ? [`The template of ${name} has ${bytes} bytes, and CloudFormation takes ${MAX_BYTES}.`]
      : []),
  ])
  if (mistakes.length === 0) return
  throw new SynthesisError(`${mistakes.join(' ')} Split the schema into two projects.`)
}
