import type { Command } from 'commander'
export function declare(command: Command): void {
  command.addHelpText('after', '\nExample:\n  $ ocg serve')
}
