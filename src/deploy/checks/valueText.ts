import type { CheckInput } from './finding.js'

/**
 * A value of a template as a text in which equal things are equal: what another resource gives stands as
 * `${Table.Arn}`, a parameter of a nested stack as what the root hands to it, pseudo parameters as they are written.
 */
export function valueText(value: unknown, stack: string, input: CheckInput): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  const [[name, argument] = ['', undefined]] = Object.entries(value) as [string, unknown][]
  switch (name) {
    case 'Ref':
      return referenceText(argument as string, stack, input)
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string]
      return `\${${id}.${attribute}}`
    }
    case 'Fn::Sub':
      return argument as string
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]]
      return parts.map((one) => valueText(one, stack, input)).join(separator)
    }
    default:
      return JSON.stringify(value)
  }
}

function referenceText(id: string, stack: string, input: CheckInput): string {
  const root = input.stacks[0]
  if (!root || stack === root.name) return `\${${id}}`
  const given = root.template.Resources[stack]?.Properties?.Parameters as Record<string, unknown> | undefined
  return given && Object.hasOwn(given, id) ? valueText(given[id], root.name, input) : `\${${id}}`
}
