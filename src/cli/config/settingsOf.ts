import { ConfigError, resolveSettings } from '../../deploy/config/resolveSettings.js'
import type { DeploymentSettings } from '../../deploy/config/settings.js'
import type { Project } from '../../model/types.js'
import { configMistakes } from './loadConfig.js'
import type { ProjectOptions } from './projectOptions.js'

/** The settings of a deployment. Throws `CliError` with every operation of the configuration that there is none of. */
export function settingsOf(
  project: Project,
  { baseName, config, configFile, env }: Pick<ProjectOptions, 'baseName' | 'config' | 'configFile' | 'env'>,
): DeploymentSettings {
  try {
    return resolveSettings(config, { ...project, name: baseName }, env)
  } catch (error) {
    if (error instanceof ConfigError) throw configMistakes(configFile, error.mistakes)
    throw error
  }
}
