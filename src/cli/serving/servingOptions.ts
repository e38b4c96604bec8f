import { type Command, Option } from 'commander'
import {
  addDataOption,
  addOutputOptions,
  addSchemaOptions,
  type DataOptions,
  wholeNumber,
} from '../commonOptions.js'

export interface ServingOptions extends DataOptions {
  readonly port: number
  readonly host: string
  readonly apiKey?: string
  readonly allowOrigin?: readonly string[]
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
}

/** Options of the two commands that answer requests. */
export function addServingOptions(command: Command, defaults: Pick<ServingOptions, 'logLevel'>): Command {
  addDataOption(addSchemaOptions(command))
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 4000)
    .option('--host <address>', 'address to listen on; 0.0.0.0 is every address of this machine', '127.0.0.1')
    .addOption(
      new Option('--api-key <key>', 'API key (default: made once and kept in the data folder)').env(
        'OCG_API_KEY',
      ),
    )
    .addOption(
      new Option(
        '--allow-origin <origin>',
        'web pages of this origin may call the API; repeatable',
      ).argParser((origin: string, before: readonly string[] | undefined) => [...(before ?? []), origin]),
    )
    .addOption(
      new Option('--log-level <level>', 'what to log on stderr')
        .choices(['silent', 'error', 'warn', 'info', 'debug'])
        .default(defaults.logLevel),
    )
  return addOutputOptions(command)
}
