import { checkDataProtection } from './checkDataProtection.js'
import { checkEnvironment } from './checkEnvironment.js'
import { checkEventSources } from './checkEventSources.js'
import { checkLake } from './checkLake.js'
import { checkPermissions } from './checkPermissions.js'
import { checkProjection } from './checkProjection.js'
import { checkResolvers } from './checkResolvers.js'
import { checkRules } from './checkRules.js'
import { checkSchema } from './checkSchema.js'
import type { CheckInput, Finding } from './finding.js'

/** What validators of CloudFormation let pass, and a deployment would fail by, or silently do nothing. */
export function checkTemplates(input: CheckInput): Finding[] {
  return [
    checkSchema,
    checkResolvers,
    checkPermissions,
    checkProjection,
    checkLake,
    checkEventSources,
    checkRules,
    checkEnvironment,
    checkDataProtection,
  ].flatMap((check) => check(input))
}
