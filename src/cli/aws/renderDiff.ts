import type { DeploymentDiff } from '../../deploy/diff/diffDeployments.js'
import type { Output } from '../output.js'
import { oneLine } from '../textTable.js'

/** Most resources of a kind that are named. */
const MOST_NAMES = 5

/** A comparison for people, by group; groups without anything to say are left out. */
export function renderDiff(diff: DeploymentDiff, { colors }: Pick<Output, 'colors'>): string {
  const { api, data, permissions, resources } = diff
  const { red, yellow, green, bold } = colors
  const lines = (paint: (text: string) => string, label: string, sentences: readonly string[]): string[] =>
    sentences.map((one) => `  ${paint(label)} ${oneLine(one)}`)
  const groups: readonly (readonly [string, readonly string[]])[] = [
    [
      'API',
      [
        ...lines(red, 'breaking ', api.breaking),
        ...lines(yellow, 'dangerous', api.dangerous),
        ...lines(yellow, 'dangerous', resources.disruptions),
        ...lines(green, 'new      ', api.added),
      ],
    ],
    [
      'Data',
      [
        ...lines(red, 'loss     ', resources.dataLoss),
        ...lines(yellow, 'risk     ', data.risky),
        ...lines(green, 'safe     ', data.safe),
      ],
    ],
    [
      'Permissions',
      [...lines(yellow, 'more     ', permissions.gained), ...lines(green, 'less     ', permissions.lost)],
    ],
    ['Resources', resourceLines(diff, colors)],
  ]
  return groups
    .filter(([, found]) => found.length > 0)
    .map(([title, found]) => [bold(title), ...found].join('\n'))
    .join('\n\n')
}

function resourceLines(
  { resources, isDeployed }: DeploymentDiff,
  { red, yellow, green }: Output['colors'],
): string[] {
  return resources.counts.map(({ type, added, changed, removed }) => {
    const parts = [
      added > 0 && green(`${added} added`),
      changed > 0 && yellow(`${changed} changed`),
      removed > 0 && red(`${removed} removed`),
    ].filter((part) => part !== false)
    const names = resources.changes.filter((one) => one.type === type).map(({ name }) => oneLine(name))
    const more = names.length > MOST_NAMES ? ', …' : ''
    const listed = isDeployed ? `: ${names.slice(0, MOST_NAMES).join(', ')}${more}` : ''
    return `  ${type} ${parts.join(', ')}${listed}`
  })
}
