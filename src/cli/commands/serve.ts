import type { Command } from 'commander'
import { CliError } from '../cliError.js'
import { compileOrFail } from '../compileSchema.js'
import { lakeOptions, projectOptions, runtimeLimits } from '../config/projectOptions.js'
import { processOutput } from '../output.js'
import { announce } from '../serving/announce.js'
import { apiKeyOf } from '../serving/apiKey.js'
import { endOnFailure } from '../serving/endOnFailure.js'
import { addServingOptions, type ServingOptions } from '../serving/servingOptions.js'
import { awaitShutdown } from '../serving/shutdown.js'
import { loadServing, prepareSql, servingLog, startServing } from '../serving/startServing.js'

/** `ocg serve`: the backend for others. Nobody gets in without the key. */
export function declare(command: Command): void {
  addServingOptions(command, { logLevel: 'info' })
    .addHelpText(
      'after',
      '\nExample:\n  $ ocg serve -n shop -f schema.graphql --data /var/lib/shop --host 0.0.0.0 --port 8080',
    )
    .action(serve)
}

async function serve(options: ServingOptions): Promise<void> {
  const output = processOutput(options)
  const shutdown = awaitShutdown(output)
  const chosen = await projectOptions(options)
  const { name, folder } = chosen
  const preparedSql = await prepareSql()
  const [project, log] = await Promise.all([
    compileOrFail(chosen, output),
    servingLog(options, output),
    loadServing(),
  ])
  endOnFailure(log)
  const apiKey = await apiKeyOf(folder, options.apiKey)
  let isLost = false
  const onLost = () => {
    isLost = true
    shutdown.request()
  }
  const auth = { mode: 'required', apiKeys: [apiKey.key] } as const
  const serving = await startServing({
    project,
    folder,
    options,
    limits: runtimeLimits(chosen),
    lake: lakeOptions(chosen),
    auth,
    log,
    onLost,
    preparedSql,
  })
  await announce(serving, { name, folder, apiKey, keyNeeded: true }, output)
  await shutdown.requested
  await serving.close()
  if (isLost) throw new CliError('environment', `Another process has taken over the data folder ${folder}.`)
}
